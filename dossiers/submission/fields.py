"""Fields of the submission steps: numbers for several papers, offices to choose from, a procedure's questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from core.values.closed_names import name_for_reader
from core.values.form_fields import DayField, IdentityNumberField, PhoneField, PlainTextField, identity_fields
from procedures.models import Question, QuestionKind


class CountField(forms.Field):
    """One number of a fee, or one for each of several papers: its texts, which `procedures.fees.counts` reads.

    The page shows all of them together (`components/counts.html`).
    """

    class _Texts(forms.TextInput):
        def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
            given = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
            return [str(text) for text in (given if isinstance(given, list) else [given])]

    widget = _Texts


class PlaceSelect(forms.Select):
    """Offices to choose from; each option has the names its communes had before, for `places.js` to find it by."""

    #: So many are read at a glance.
    FEW = 8

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the former names."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if instance := getattr(value, "instance", None):
            former = dict.fromkeys(link.predecessor.name for link in instance.inheritances.all())
            former.pop(instance.name, None)
            if former:
                option["attrs"]["data-before"] = ", ".join(former)
        return option


def question_fields(name: str, question: Question) -> dict[str, forms.Field]:
    """Return the fields of a procedure's own question; a paper that says who somebody is has three."""
    field = _FIELDS[question.kind](question)
    return identity_fields(name, field) if isinstance(field, IdentityNumberField) else {name: field}


def _common(question: Question) -> dict[str, Any]:
    return {
        "label": question.display_label,
        "help_text": name_for_reader(question.help_text),
        "required": question.is_required,
    }


_FIELDS: dict[str, Callable[[Question], forms.Field]] = {
    QuestionKind.TEXT: lambda question: PlainTextField(max_length=255, **_common(question)),
    QuestionKind.LONG_TEXT: lambda question: PlainTextField(
        max_length=2000, widget=forms.Textarea({"rows": 4}), **_common(question)
    ),
    QuestionKind.NUMBER: lambda question: forms.IntegerField(min_value=0, max_value=10**12, **_common(question)),
    QuestionKind.DATE: lambda question: DayField(lies=question.day_lies, **_common(question)),
    QuestionKind.CHOICE: lambda question: forms.ChoiceField(
        choices=[("", "—"), *((option, name_for_reader(option)) for option in question.options)], **_common(question)
    ),
    QuestionKind.PHONE: lambda question: PhoneField(**_common(question)),
    QuestionKind.IDENTITY: lambda question: IdentityNumberField(**_common(question)),
}
