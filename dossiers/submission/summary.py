"""Summary of a complete draft with its cost, for citizen and helper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.values import identity
from core.values.documents import doubts_about
from core.values.form_fields import PhoneField
from procedures.fees import FeeUnknown

from . import drafts
from .drafts import Complete
from .fields import CountField
from .step_form import StepForm


def context_of(ready: Complete) -> dict[str, Any]:
    """Return what `dossiers/submit/_summary.html` shows; `quote` is None where no schedule is in force."""
    try:
        quoted, postage = ready.quote, ready.postage
    except FeeUnknown:
        quoted, postage = None, 0
    fee = quoted.total if quoted and quoted.is_determined and not quoted.is_exempt else 0
    return {
        "case": ready.draft.case,
        "draft": ready.draft,
        "quote": quoted,
        "postage": postage,
        "together": postage + fee,
        "sections": [(kind.slug, kind.title, list(_shown(form))) for kind, form in ready.forms.items()],
        "papers": ready.draft.attachments.all(),
        "asked_papers": drafts.asked_papers(ready.draft),
        "doubts": _doubts(ready),
    }


def _shown(form: StepForm) -> Iterator[tuple[Any, str]]:
    """Yield label and value of what was answered."""
    for bound in form.visible_fields():
        value = form.cleaned_data.get(bound.name)
        if isinstance(bound.field, CountField) and form.counts.are_papers:
            if bound.name == form.counts.fields[0].name:
                yield _("Giấy tờ cần sao"), form.counts.in_words
            continue
        if value in (None, "", [], ()):
            continue
        if isinstance(bound.field, PhoneField):
            value = identity.phone_as_spoken(str(value))
        choices = dict(getattr(bound.field, "choices", ())) if bound.name != "agency" else {}
        given = [choices.get(each, each) for each in (value if isinstance(value, list) else [value])]
        yield bound.label, ", ".join(_readable(each) for each in given)


def _doubts(ready: Complete) -> list[str]:
    """Return what may be wrong with each number typed: a question, because who knows better may go on."""
    questions = []
    for form in ready.forms.values():
        for name, field in form.fields.items():
            if paper := form.papers.get(name):
                questions += [(field.label, doubt) for doubt in doubts_about(paper)]
            elif isinstance(field, PhoneField) and (number := form.cleaned_data[name]):
                questions += [(field.label, doubt) for doubt in identity.phone_doubts(number)]
    return [f"{label}: {doubt}" for label, doubt in questions]


def _readable(value: Any) -> str:
    return value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)
