"""What a citizen types to find a dossier again."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """The code of a dossier."""

    code = forms.CharField(
        label=_("Mã hồ sơ"),
        help_text=_("Ví dụ: H44.40-261123-0001"),
        max_length=50,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Forgive spaces and lower case."""
        return re.sub(r"\s", "", self.cleaned_data["code"]).upper()


class LookupForm(CodeForm):
    """Code and PIN of the slip."""

    pin = forms.CharField(
        label=_("Mã PIN"),
        help_text=_("4 chữ số in trên giấy hẹn"),
        max_length=8,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
