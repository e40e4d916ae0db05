"""Forms of the desk, prefilled with all that is not a check."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from core.values.form_fields import PlainTextField
from core.values.text import fold
from dossiers.handover.release import Receiver
from dossiers.models import Dossier, IdentityShown, Relation, ReturnMethod
from payments.accounting.forms import DongField
from payments.models.cash_desk import Tender

#: Papers with a number: its end is typed from the paper in hand, which is the check.
NUMBERED = (IdentityShown.CARD, IdentityShown.PASSPORT)
TAIL = re.compile(r"[0-9A-Za-z]{4}")
TRACKING_NUMBER = re.compile(r"[A-Z0-9]{8,20}")
UNTRACED = gettext_lazy("Ghi số vận đơn in trên phiếu gửi, ví dụ: EA123456789VN.")


class ReceiverForm(forms.Form):
    """Who takes the result, and what they showed. What is a check of the officer's is never filled in beforehand."""

    receiver_name = PlainTextField(label=gettext_lazy("Người nhận kết quả"), max_length=120)
    relation = forms.ChoiceField(label=gettext_lazy("Quan hệ với chủ hồ sơ"), choices=Relation.choices)
    identity_shown = forms.ChoiceField(
        label=gettext_lazy("Giấy tờ đã xem"), choices=IdentityShown.choices, initial=IdentityShown.CARD
    )
    identity_tail = forms.CharField(
        label=gettext_lazy("4 ký tự cuối của giấy tờ đang xem"),
        max_length=4,
        error_messages={"required": gettext_lazy("Ghi 4 ký tự cuối của giấy tờ đang cầm xem.")},
        widget=forms.TextInput({"data-key": "F4"}),
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Số vận đơn (khi gửi bưu điện)"), max_length=30, required=False
    )

    def __init__(self, *args: object, dossier: Dossier | None = None, **kwargs: object) -> None:
        if dossier:
            kwargs["initial"] = {
                "receiver_name": dossier.owner_name,
                "relation": Relation.OWNER,
            }
            if dossier.return_method == ReturnMethod.POST:
                order = getattr(dossier, "postal_order", None)
                name = order.receiver_name if order else gettext("Bưu điện")
                kwargs["initial"] = {"receiver_name": name, "relation": Relation.POST}
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, object]:
        """Only what goes by post has a tracking number, and it always has."""
        number = "".join(self.cleaned_data.get("tracking_number", "").split()).upper()
        is_posted = self.cleaned_data.get("relation") == Relation.POST
        if is_posted and not TRACKING_NUMBER.fullmatch(number):
            self.add_error("tracking_number", UNTRACED)
        self.cleaned_data["tracking_number"] = number if is_posted else ""
        if is_posted:
            self.cleaned_data |= {"identity_shown": "", "identity_tail": ""}
        tail = self.cleaned_data.get("identity_tail", "")
        if tail and not TAIL.fullmatch(tail):
            self.add_error("identity_tail", gettext("Ghi đúng 4 chữ số, chữ cái cuối của giấy tờ."))
        if is_posted or self.cleaned_data.get("identity_shown") not in NUMBERED:
            self.errors.pop("identity_tail", None)
            self.cleaned_data.setdefault("identity_tail", "")
        return self.cleaned_data

    def receiver(self, dossier: Dossier) -> Receiver:
        """Return what was filled in, as it holds for a dossier."""
        return Receiver(
            name=self.cleaned_data["receiver_name"],
            relation=self.relation_to(dossier),
            identity_shown=self.cleaned_data["identity_shown"],
            identity_tail=self.cleaned_data["identity_tail"],
            tracking_number=self.cleaned_data["tracking_number"],
        )

    def relation_to(self, dossier: Dossier) -> str:
        """Return what the receiver is to the owner of a dossier."""
        return str(self.cleaned_data["relation"])


class SeveralOwnersForm(ReceiverForm):
    """Who takes the results of several owners: what they are to each is asked, a question an owner."""

    def __init__(self, dossiers: Sequence[Dossier], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        del self.fields["relation"], self.fields["tracking_number"]
        self._dossiers = dossiers
        self._names: dict[str, str] = {}
        choices = [("", gettext("Chọn quan hệ")), *(each for each in Relation.choices if each[0] != Relation.POST)]
        for dossier in dossiers:
            owner = owner_of(dossier)
            if owner not in self._names:
                self._names[owner] = name = f"relation_{len(self._names)}"
                label = gettext("Người nhận là gì của %(owner)s") % {"owner": dossier.owner_name}
                self.fields[name] = forms.ChoiceField(label=label, choices=choices)
        self.order_fields(["receiver_name", *self._names.values()])

    def clean(self) -> dict[str, object]:
        """Nobody is the owner under another name."""
        cleaned = super().clean()
        name = fold(str(cleaned.get("receiver_name", "")))
        for dossier in self._dossiers:
            field = self._names[owner_of(dossier)]
            if cleaned.get(field) == Relation.OWNER and name != fold(dossier.owner_name):
                text = gettext("Người nhận không mang tên chủ hồ sơ: chọn quan hệ khác, hoặc sửa tên người nhận.")
                self.add_error(field, text)
        return cleaned

    def relation_to(self, dossier: Dossier) -> str:
        """Return what the receiver is to the owner of a dossier."""
        return str(self.cleaned_data[self._names[owner_of(dossier)]])


def owner_of(dossier: Dossier) -> str:
    """Return by what the owners of dossiers at a desk are told apart."""
    return f"{dossier.owner_search_key}/{dossier.owner_identity_number}"


class TakingForm(forms.Form):
    """Cash or a card for one bill. `despite_open` appears once the guard against paying twice has spoken."""

    bill = forms.IntegerField(widget=forms.HiddenInput)
    tender = forms.ChoiceField(label=gettext_lazy("Hình thức"), choices=Tender.choices, initial=Tender.CASH)
    received = DongField(label=gettext_lazy("Khách đưa (đồng)"))
    received.widget.attrs["data-key"] = "F7"
    terminal_ref = forms.CharField(label=gettext_lazy("Số tham chiếu máy POS"), max_length=40, required=False)
    terminal_ref.widget.attrs |= {"data-key": "shift+F7", "autocomplete": "off"}
    despite_open = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, object]:
        """A card has the terminal's reference, cash has none."""
        is_card = self.cleaned_data.get("tender") == Tender.POS
        if is_card and not self.cleaned_data.get("terminal_ref"):
            self.add_error("terminal_ref", gettext("Ghi số tham chiếu in trên biên lai của máy POS."))
        elif not is_card:
            self.cleaned_data["terminal_ref"] = ""
        return self.cleaned_data
