"""Forms of the accountants' pages."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.values import money
from core.values.form_fields import asked_when
from gateways import registry
from payments.bills.create import MAX_AMOUNT
from payments.models import MerchantAccount
from payments.models.refunds import RefundReason
from payments.reconciliation.formats import headings


def account_name(account: MerchantAccount) -> str:
    """Return how people call a merchant account: its gateway, its number, whose it is."""
    return f"{registry.name_of(account.gateway)} · {account.merchant_id} · {account.agency.name}"


class DongField(forms.IntegerField):
    """Whole đồng as people type them: `150000`, `150.000`, `150 000 đ`."""

    default_error_messages = {"invalid": _("Nhập số tiền bằng chữ số, ví dụ 135.000.")}

    def __init__(self, **values: Any) -> None:
        widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**{"min_value": 1, "max_value": MAX_AMOUNT, "widget": widget, **values})

    def to_python(self, value: Any) -> int | None:
        """Read it as `amounts.read` does; anything else that is no number is refused."""
        amount = money.read(str(value or ""))
        return super().to_python(value if amount is None else amount)


class AccountChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the merchant accounts somebody acts for."""

    def label_from_instance(self, obj: Any) -> str:
        """Name it as every page does."""
        return account_name(obj)


class UploadForm(forms.Form):
    """One file of one account."""

    account = AccountChoice(label=_("Tài khoản cổng thanh toán"), queryset=MerchantAccount.objects.none())
    file = forms.FileField(
        label=_("Tệp sao kê"),
        help_text=_("CSV (UTF-8), Excel (.xlsx, .xls), MT940, CAMT.053, hoặc tệp đối soát của chính cổng thanh toán"),
        widget=forms.ClearableFileInput({"accept": ".csv,.txt,.xlsx,.xls,.sta,.940,.xml,.dat"}),
    )

    def __init__(self, *args: Any, accounts: list[MerchantAccount], **values: Any) -> None:
        super().__init__(*args, **values)
        offered = MerchantAccount.objects.filter(pk__in=[account.pk for account in accounts])
        self.fields["account"].queryset = offered.select_related("agency")  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """Which column of a contract's statements is which."""

    def __init__(self, *args: Any, heading: headings.Heading, **values: Any) -> None:
        super().__init__(*args, **values)
        names = [name for name in dict.fromkeys(" ".join(name.split()) for name in heading.names) if name]
        for column, label in headings.LABELS.items():
            place = heading.positions.get(column)
            self.fields[column] = forms.ChoiceField(
                label=str(label).capitalize(),
                required=column in headings.REQUIRED,
                choices=[("", _("– không có –")), *((name, name) for name in names)],
                initial="" if place is None else " ".join(heading.names[place].split()),
            )

    def columns(self) -> dict[str, str]:
        """Return the names that were chosen, by our name of the column."""
        return {column: name for column, name in self.cleaned_data.items() if name}

    def clean(self) -> dict[str, Any]:
        """Refuse one column for two things."""
        names = list(self.columns().values())
        if len(set(names)) < len(names):
            raise forms.ValidationError(_("Một cột không thể vừa là thứ này vừa là thứ khác."))
        return self.cleaned_data


class ReasonForm(forms.Form):
    """Why something is done, in a few words that stay on record."""

    reason = forms.CharField(label=_("Lý do"), max_length=255, min_length=3)


class RejectForm(forms.Form):
    """Why a refund is not approved."""

    note = forms.CharField(label=_("Lý do không duyệt"), max_length=255, min_length=3)


class TransferForm(forms.Form):
    """Under which number the bank transferred the money."""

    reference = forms.CharField(label=_("Mã giao dịch của lệnh chuyển khoản"), max_length=64, min_length=3)


class DestinationForm(forms.Form):
    """Where money that a person transfers goes: a bank, a number there, whose it is; all three or nothing."""

    bank = forms.CharField(label=_("Ngân hàng nhận"), max_length=60, min_length=2)
    account_number = forms.CharField(
        label=_("Số tài khoản nhận"),
        help_text=_("6 đến 19 chữ số"),
        max_length=40,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(label=_("Chủ tài khoản"), max_length=90, min_length=2)

    def clean_account_number(self) -> str:
        """Return the digits alone; banks print them in groups."""
        number = re.sub(r"[ .\-]", "", self.cleaned_data["account_number"])
        if number and not re.fullmatch(r"[0-9]{6,19}", number):
            raise forms.ValidationError(_("Số tài khoản gồm 6 đến 19 chữ số, không có chữ."))
        return number

    @property
    def bank_account(self) -> str:
        """What is kept of a valid form, in one line; nothing when nothing was given."""
        given = self.cleaned_data
        return f"{given['bank']} · {given['account_number']} · {given['holder']}" if given["account_number"] else ""


class RefundForm(DestinationForm):
    """How much goes back and where to. `remaining` is what could be refunded when the page was shown."""

    amount = DongField(label=_("Số tiền hoàn (đồng)"))
    note = forms.CharField(label=_("Giải thích"), max_length=500, required=False)
    reason = forms.ChoiceField(label=_("Vì sao hoàn"), choices=RefundReason.choices, widget=forms.HiddenInput)
    remaining = forms.IntegerField(label=_("Còn lại"), widget=forms.HiddenInput)
    key = forms.UUIDField(label=_("Số yêu cầu"), widget=forms.HiddenInput)

    def __init__(self, *args: Any, needs_bank_account: bool, **values: Any) -> None:
        super().__init__(*args, **values)
        for name in DestinationForm.base_fields:
            self.fields[name].required = needs_bank_account

    @classmethod
    def blank(cls, *, amount: int, remaining: int, reason: str, needs_bank_account: bool) -> RefundForm:
        """Return a new form whose key makes sending it twice one refund."""
        initial = {"amount": amount, "remaining": remaining, "reason": reason, "key": uuid.uuid4()}
        return cls(initial=initial, needs_bank_account=needs_bank_account)

    def clean(self) -> dict[str, Any]:
        """Refuse a part of an account."""
        for name in DestinationForm.base_fields:
            is_begun = any(self.cleaned_data.get(other) for other in DestinationForm.base_fields)
            if is_begun and self.cleaned_data.get(name) == "":
                self.add_error(name, _("Ghi đủ ngân hàng, số tài khoản và chủ tài khoản."))
        return self.cleaned_data


class ReallocationForm(forms.Form):
    """To which bills the money of a discrepancy belongs: one code a line, or parted by commas."""

    references = forms.CharField(
        label=_("Mã các khoản phải nộp"),
        help_text=_("Mỗi dòng một mã hồ sơ hoặc mã khoản"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    why = forms.CharField(label=_("Vì sao tiền thuộc về các khoản này"), max_length=500)
    other_payer = forms.CharField(
        label=_("Vì sao chuyển sang khoản của người khác"),
        help_text=_("Chỉ ghi khi tên người nộp khác nhau; người duyệt đọc lý do này"),
        max_length=255,
        required=False,
    )
    remaining = forms.IntegerField(label=_("Còn lại"), widget=forms.HiddenInput)
    key = forms.UUIDField(label=_("Số yêu cầu"), widget=forms.HiddenInput)

    @classmethod
    def blank(cls, remaining: int) -> ReallocationForm:
        """Return a new form whose key makes sending it twice one move."""
        return cls(initial={"remaining": remaining, "key": uuid.uuid4()}, auto_id="id_move_%s")

    def clean_references(self) -> list[str]:
        """Return the codes, each once."""
        return list(dict.fromkeys(re.split(r"[\s,;]+", self.cleaned_data["references"].strip())))


class OpenShiftForm(forms.Form):
    """With how much a drawer begins."""

    agency = forms.ModelChoiceField(label=_("Tại cơ quan"), queryset=Agency.objects.none(), empty_label=None)
    opening_amount = DongField(label=_("Tiền có sẵn trong két (đồng)"), min_value=0)

    def __init__(self, *args: Any, agencies: frozenset[int], **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["agency"].queryset = Agency.objects.filter(pk__in=agencies)  # type: ignore[attr-defined]


class CloseShiftForm(forms.Form):
    """What was counted, and why it is not what it should be."""

    counted_amount = DongField(label=_("Đếm được trong két (đồng)"), min_value=0)
    note = forms.CharField(label=_("Giải thích chênh lệch"), max_length=255, required=False)
    asked_when(note, _("khi số đếm được khác sổ"))
    #: The difference that somebody was shown and closes with all the same.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
