"""Forms of the look-up."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

#: As many dossiers as a browser remembers.
MOST_LINES = 20


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


class ManyForm(forms.Form):
    """Codes and PINs of many slips, one dossier a line, as they are copied out of a spreadsheet."""

    lines = forms.CharField(
        label=_("Mã hồ sơ và mã PIN, mỗi hồ sơ một dòng"),
        help_text=_("Dán từ Excel cũng được, tối đa 20 dòng. Ví dụ: H44.40-261123-0001 4711"),
        max_length=2000,
        widget=forms.Textarea(
            {"rows": 5, "autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_lines(self) -> list[tuple[str, str]]:
        """Return code and PIN of each line. Raises ValidationError, which names the first line that has not both."""
        read = []
        for line in filter(None, map(str.strip, self.cleaned_data["lines"].splitlines())):
            parts = re.split(r"[\s,;|]+", line)
            if len(parts) != 2:
                raise forms.ValidationError(_("Dòng “%(line)s” cần một mã hồ sơ và một mã PIN.") % {"line": line[:60]})
            read.append((parts[0].upper(), parts[1]))
        return read[:MOST_LINES]
