"""Diff of a saved administration form for the audit: each field before and after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import translation

from agencies.admin_periods import in_words

#: What is never written down, not even that way: whoever reads the audit must not learn it.
SECRET = frozenset({"password", "password1", "password2", "usable_password", "new_secrets"})
#: What the names of inputs for keys begin with (`payments/admin/contract_fields.py`).
SECRETS = "secret_"
HIDDEN = "•••"
LONGEST = 300

Change = dict[str, Any]
#: Whoever saves may read English; the audit has one language.
_in_vietnamese = translation.override("vi")


def of_page(form: forms.BaseForm, formsets: Iterable[Any]) -> list[Change]:
    """Return the changes of a page's own row and of the rows under it, after they were saved.

    Each is {"field", "before", "after"}, with a "label" where it is no field of the row; those of a row under it
    also name it by "model" and "row".
    """
    changes = of_form(form)
    for rows in formsets:
        model = rows.model._meta.label_lower
        for row in [*rows.new_objects, *(row for row, _fields in rows.changed_objects)]:
            changes += [{**change, "model": model, "row": str(row)} for change in _of_row(rows, row)]
        changes += [
            {**change, "model": model, "row": str(row)} for row in rows.deleted_objects for change in of_deleted(row)
        ]
    return changes


@_in_vietnamese
def of_form(form: forms.BaseForm) -> list[Change]:
    """Return what one form changed; what is no field of the row is named by its label, too."""
    own = {field.name for field in form.instance._meta.fields} if isinstance(form, forms.ModelForm) else set()
    return [
        {
            "field": name,
            "before": _as_words(form, name, form.get_initial_for_field(form.fields[name], name)),
            "after": _as_words(form, name, form.cleaned_data.get(name)),
            **({} if name in own else {"label": str(form.fields[name].label or name)}),
        }
        for name in form.changed_data
    ]


@_in_vietnamese
def of_deleted(row: Model) -> list[Change]:
    """Return what a row says that is about to go."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    values = [(field.name, _in_words(getattr(row, field.name))) for field in fields if field.name not in SECRET]
    return [{"field": name, "before": text, "after": ""} for name, text in values if text]


def _of_row(rows: Any, row: Model) -> list[Change]:
    return next((of_form(form) for form in rows.forms if form.instance is row), [])


def _as_words(form: forms.BaseForm, name: str, value: Any) -> str:
    """Return a value as people read it: what a key or a choice stands for, a period as two days."""
    field: Any = form.fields[name]
    if name in SECRET or name.startswith(SECRETS):
        return HIDDEN if value else ""
    if isinstance(field, forms.ModelMultipleChoiceField):
        value = ", ".join(sorted(str(row) for row in value or ()))
    elif isinstance(field, forms.ModelChoiceField) and value and not isinstance(value, Model):
        rows: Any = field.queryset
        value = rows.model._default_manager.filter(pk=value).first() or value
    elif isinstance(field, forms.MultipleChoiceField):
        value = ", ".join(str(_choices(field).get(one, one)) for one in value or ())
    elif isinstance(field, forms.ChoiceField):
        value = _choices(field).get(value, value)
    elif isinstance(value, list):
        value = field.prepare_value(value)  # as the form shows it
    return _in_words(value)


def _in_words(value: Any) -> str:
    return "" if value in (None, "", [], {}) else in_words(value)[:LONGEST]


def _choices(field: Any) -> dict[Any, Any]:
    return dict(field.choices)
