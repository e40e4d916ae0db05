"""What a citizen fills in; labels, limits and kind messages."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.form_fields import IdentityNumberField, PhoneField
from agencies.models import Agency
from procedures.fees import Rule, choice_fields, fact_fields, groups, in_force
from procedures.models import ProcedureCase

from .models import ReturnMethod
from .uploads import read_upload


class SubmitForm(forms.Form):
    """Person, contact, what the fee depends on, papers. Built from the case's fee rules."""

    agency = forms.ModelChoiceField(label=_("Nơi nhận hồ sơ"), queryset=Agency.objects.none())
    owner_name = forms.CharField(label=_("Họ và tên"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    owner_identity_number = IdentityNumberField()
    owner_phone = PhoneField(help_text=_("Chúng tôi nhắn tin khi nhận được tiền và khi có kết quả."))
    owner_address = forms.CharField(
        label=_("Địa chỉ"), max_length=255, required=False, widget=forms.TextInput({"autocomplete": "street-address"})
    )
    return_method = forms.ChoiceField(label=_("Cách nhận kết quả"), choices=ReturnMethod.choices)
    attachment = forms.FileField(
        label=_("Ảnh hoặc tệp PDF giấy tờ"), help_text=_("Tối đa 10 MB, JPG, PNG hoặc PDF"), required=False
    )
    submission_key = forms.CharField(max_length=32, widget=forms.HiddenInput)

    def __init__(self, case: ProcedureCase, rules: list[Rule], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offering = case.procedure.agencies.existing_on(timezone.localdate()).order_by("name")
        self.fields["agency"].queryset = offering  # type: ignore[attr-defined]
        if len(first := list(offering[:2])) == 1:
            self.fields["agency"].initial = first[0]
        self.quantity_names = []
        current = in_force(rules, timezone.localdate())
        for choice in choice_fields(current):
            # An area left open follows from the agency's name (`procedures.areas`).
            is_open = choice.name == "area"
            options = [("", _("Theo nơi nhận hồ sơ")), *choice.options] if is_open else list(choice.options)
            self.fields[choice.name] = forms.ChoiceField(label=choice.label, choices=options, required=not is_open)
        for field in fact_fields(current):
            self.fields[field.name] = forms.IntegerField(label=field.label, min_value=1, max_value=10_000, initial=1)
            self.quantity_names.append(field.name)
        if known := groups(current):
            self.fields["groups"] = forms.MultipleChoiceField(
                label=_("Thuộc diện được miễn, giảm?"),
                help_text=_("Mang giấy tờ chứng minh khi nhận kết quả."),
                choices=list(known.items()),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        for name, bound in self.fields.items():
            if bound.help_text:
                bound.widget.attrs["aria-describedby"] = f"id_{name}_helptext"

    def clean_attachment(self) -> Any:
        """Check the content itself, not its name."""
        upload = self.cleaned_data.get("attachment")
        return read_upload(upload) if upload else None


class LookupForm(forms.Form):
    """Code and PIN of the slip."""

    code = forms.CharField(
        label=_("Mã hồ sơ"),
        help_text=_("Ví dụ: H44.40-261123-0001"),
        max_length=50,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )
    pin = forms.CharField(
        label=_("Mã PIN"),
        help_text=_("4 chữ số in trên giấy hẹn"),
        max_length=8,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Forgive spaces and lower case."""
        return re.sub(r"\s", "", self.cleaned_data["code"]).upper()
