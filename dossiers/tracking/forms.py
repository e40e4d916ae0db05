"""Forms of the look-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.proof_of_work import ProvenForm
from core.values.codes import LONGEST, code_and_pin, digits, dossier_code
from dossiers.models import Dossier

PIN_DIGITS = 4
#: As many dossiers as a browser remembers.
MOST_LINES = 20


class CodeForm(ProvenForm):
    """The code of a dossier."""

    code = forms.CharField(
        label=_("Mã hồ sơ"),
        help_text=_("Ví dụ: H44.40-261123-0001"),
        max_length=LONGEST,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Return the code of a dossier there is, however it was typed; else what was typed, tidied."""
        typed = self.cleaned_data["code"]
        code = Dossier.objects.named(typed).values_list("code", flat=True).first()
        return code or dossier_code(typed)[:50]


class LookupForm(CodeForm):
    """Code and PIN of the slip."""

    pin = forms.CharField(
        label=_("Mã PIN"),
        help_text=_("4 chữ số in trên giấy hẹn"),
        max_length=LONGEST,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    #: Asked for once PINs were guessed: the owner's people know it, and who guesses does not.
    owner = forms.CharField(
        label=_("Số điện thoại ghi trong hồ sơ"),
        help_text=_("Hồ sơ không ghi số điện thoại: 4 ký tự cuối giấy tờ tùy thân của chủ hồ sơ."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound or "owner" not in self.data:
            del self.fields["owner"]

    def clean_pin(self) -> str:
        """Read it in whatever was pasted."""
        return digits(self.cleaned_data["pin"], PIN_DIGITS)

    def ask_for_owner(self, why: str) -> None:
        """Show the field that proves to know the owner, and say why."""
        self.fields["owner"] = self.base_fields["owner"]
        self.add_error(None, why)


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
        pairs = []
        for line in filter(None, map(str.strip, self.cleaned_data["lines"].splitlines())):
            pair = code_and_pin(line)
            if pair is None:
                raise forms.ValidationError(_("Dòng “%(line)s” cần một mã hồ sơ và một mã PIN.") % {"line": line[:60]})
            pairs.append(pair)
        return pairs[:MOST_LINES]
