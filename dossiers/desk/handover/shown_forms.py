"""The paper somebody shows at the desk: its kind, its last four characters, a word where it is not the one on file."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from core.values.form_fields import PlainTextField, asked_when
from dossiers.handover.receivers import LEAST_NOTE
from dossiers.models import IdentityShown

#: Papers with a number: its end is typed from the paper in hand, which is the check. The slip has none of a person's.
NUMBERED = frozenset(IdentityShown) - {IdentityShown.SLIP}
TAIL = re.compile(r"[0-9A-Za-z]{4}")


class ShownForm(forms.Form):
    """What was shown. What is a check of the officer's is never filled in beforehand.

    `identity_note` is asked only once what was typed is not what is on file.
    """

    identity_shown = forms.ChoiceField(
        label=gettext_lazy("Giấy tờ đã xem"), choices=IdentityShown.choices, initial=IdentityShown.CARD
    )
    identity_tail = forms.CharField(
        label=gettext_lazy("4 ký tự cuối của giấy tờ đang xem"),
        max_length=4,
        error_messages={"required": gettext_lazy("Ghi 4 ký tự cuối của giấy tờ đang cầm xem.")},
    )
    identity_note = PlainTextField(label=gettext_lazy("Lý do"), min_length=LEAST_NOTE, max_length=255, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
        asked_when(self.fields["identity_note"], gettext("chỉ khi vẫn nhận giấy tờ này"))
        if not self.is_bound:
            del self.fields["identity_note"]

    def clean(self) -> dict[str, Any]:
        """Hold the number to its form, where the paper has one."""
        tail = self.cleaned_data.get("identity_tail", "")
        if tail and not TAIL.fullmatch(tail):
            self.add_error("identity_tail", gettext("Ghi đúng 4 chữ số, chữ cái cuối của giấy tờ."))
        if self.cleaned_data.get("identity_shown") not in NUMBERED:
            self.errors.pop("identity_tail", None)
            self.cleaned_data["identity_tail"] = ""
        return self.cleaned_data

    def ask_nothing(self) -> None:
        """Take the question for a reason away where nothing contradicts."""
        self.fields.pop("identity_note", None)
        self.cleaned_data["identity_note"] = ""
