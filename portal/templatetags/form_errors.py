"""What is wrong with a field, in our words: what was left out is named, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms, template
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

register = template.Library()
_REQUIRED = forms.Field.default_error_messages["required"]


@register.filter
def error_words(field: forms.BoundField) -> list[str]:
    """The errors of a field, to stand beside it."""
    return [_left_out(field) if _is_left_out(error) else words for error, words in _errors(field)]


@register.filter
def summary_words(field: forms.BoundField) -> list[str]:
    """The errors of a field, to stand in the list above the form: each names the field."""
    return [_left_out(field) if _is_left_out(error) else f"{field.label}: {words}" for error, words in _errors(field)]


def _errors(field: forms.BoundField) -> Iterator[tuple[ValidationError, str]]:
    for error in field.errors.as_data():
        yield from ((error, words) for words in error.messages)


def _is_left_out(error: ValidationError) -> bool:
    """Tell whether Django's own words would be shown: a field may have better ones of its own."""
    return error.code == "required" and error.message == _REQUIRED


def _left_out(field: forms.BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, forms.FileInput):
        words = _("Hãy chọn tệp cho “%(label)s”.")
    elif isinstance(widget, forms.CheckboxInput):
        words = _("Hãy đánh dấu “%(label)s”.")
    elif isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple):
        words = _("Hãy chọn “%(label)s”.")
    else:
        words = _("Hãy điền “%(label)s”.")
    return words % {"label": str(field.label).rstrip("?:")}
