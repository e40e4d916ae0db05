"""Fields of the submission steps: numbers for several papers, offices to choose from, a procedure's questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.values.closed_names import name_for_reader
from core.values.form_fields import DayField, IdentityNumberField, PhoneField, PlainTextField, identity_fields
from procedures.fees import read_quantity
from procedures.models import Question, QuestionKind

#: Of anything a fee counts.
MOST_UNITS = 10_000


class QuantitiesField(forms.IntegerField):
    """A number, or one for each of several papers: "3, 1, 5"."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        """Return the number or numbers. Raises ValidationError."""
        if value in self.empty_values:
            return None
        quantity = read_quantity(str(value), MOST_UNITS)
        if quantity is None:
            raise forms.ValidationError(
                _("Viết một số, hoặc số trang của từng giấy tờ, ví dụ: 3, 1, 5."), code="invalid"
            )
        return quantity

    def run_validators(self, value: Any) -> None:
        """Leave the bounds to `to_python`, which knows lists."""


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
