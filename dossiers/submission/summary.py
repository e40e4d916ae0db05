"""Summary of a complete draft with its cost, for citizen and helper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from core.values import identity
from core.values.form_fields import IdentityNumberField, PhoneField
from dossiers.models import Draft
from procedures.fees import FeeUnknown

from . import drafts
from .forms import StepForm, asked_of


def context_of(draft: Draft) -> dict[str, Any]:
    """Return what `dossiers/submit/_summary.html` shows; `quote` is None where no schedule is in force."""
    try:
        quoted, postage = drafts.quote_of(draft)
    except FeeUnknown:
        quoted, postage = None, 0
    fee = quoted.total if quoted and quoted.is_determined and not quoted.is_exempt else 0
    return {
        "case": draft.case,
        "draft": draft,
        "quote": quoted,
        "postage": postage,
        "together": postage + fee,
        "sections": sections_of(draft),
        "papers": draft.attachments.all(),
        "doubts": _doubts(draft),
    }


def sections_of(draft: Draft) -> list[tuple[str, Any, list[tuple[Any, str]]]]:
    """Return each step's address, heading and answers, as a person reads them."""
    return [(kind.slug, kind.title, list(_shown(drafts.form_of(draft, kind)))) for kind in asked_of(draft.answers)]


def _shown(form: StepForm) -> Iterator[tuple[Any, str]]:
    """Yield label and value of what was answered."""
    for bound in form.visible_fields():
        value = form.cleaned_data.get(bound.name) if form.is_valid() else bound.value()
        if value in (None, "", [], ()):
            continue
        if isinstance(bound.field, PhoneField):
            value = identity.phone_as_spoken(str(value))
        choices = dict(getattr(bound.field, "choices", ())) if bound.name != "agency" else {}
        given = [choices.get(each, each) for each in (value if isinstance(value, list) else [value])]
        yield bound.label, ", ".join(_readable(each) for each in given)


def _doubts(draft: Draft) -> list[str]:
    """Return what may be wrong with each number typed: a question, because who knows better may go on."""
    forms = [form for kind in asked_of(draft.answers) if (form := drafts.form_of(draft, kind)).is_valid()]
    numbers = [
        (field.label, form.cleaned_data[name])
        for form in forms
        for name, field in form.fields.items()
        if isinstance(field, IdentityNumberField) and form.cleaned_data[name]
    ]
    return [f"{label}: {doubt}" for label, number in numbers for doubt in identity.doubts(number)]


def _readable(value: Any) -> str:
    return value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)
