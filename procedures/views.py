"""The catalogue: find a procedure, read what it costs and why."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from .fees import (
    ChoiceField,
    Facts,
    FeeUnknown,
    Quote,
    Rule,
    choice_fields,
    fact_fields,
    group_fields,
    in_force,
    quote,
)
from .models import Procedure, ProcedureCase
from .schedules import rules_for
from .search import search


@require_GET
def procedures(request: HttpRequest) -> HttpResponse:
    """Search without accents; twenty a page."""
    text = request.GET.get("q", "")[:100]
    page = Paginator(search(text), 20).get_page(request.GET.get("page"))
    return render(request, "procedures/list.html", {"page": page, "text": text})


@require_GET
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure with its cases and a calculator that explains each line."""
    found = get_object_or_404(Procedure.objects.prefetch_related("cases", "documents"), code=code)
    today = timezone.localdate()
    cases = [_offer(case, rules_for(case, today), request) for case in found.cases.all()]
    is_open = found.valid_during.upper is None or today < found.valid_during.upper
    return render(request, "procedures/detail.html", {"procedure": found, "cases": cases, "is_open": is_open})


def _offer(case: ProcedureCase, rules: list[Rule], request: HttpRequest) -> dict[str, object]:
    today = timezone.localdate()
    current = in_force(rules, today)
    asked = request.GET if request.GET.get("case") == case.slug else QueryDict()
    fields = fact_fields(current)
    quantities = {field.name: _number(asked.get(field.name, "")) for field in fields}
    chosen = frozenset(asked.getlist("group"))
    choices = [(field, _choice(field, asked.get(field.name, ""))) for field in choice_fields(current)]
    picked = {field.name: value for field, value in choices}
    quotes: dict[str, Quote | None] = {}
    for channel in ("online", "counter"):
        facts = Facts(
            channel,
            quantities,
            chosen,
            applicant=picked.get("applicant", "individual"),
            area=picked.get("area", ""),
            is_late=picked.get("timing") == "late",
        )
        try:
            quotes[channel] = quote(rules, facts, today)
        except FeeUnknown:
            quotes[channel] = None
    online, counter = quotes["online"], quotes["counter"]
    return {
        "case": case,
        "fields": [(field, quantities[field.name]) for field in fields],
        "choices": choices,
        "groups": [(slug, known, slug in chosen) for slug, known in group_fields(current).items()],
        "quotes": quotes,
        "is_dearer_at_counter": online and counter and online.total != counter.total,
        "is_shorter_online": case.online_duration is not None and case.online_duration != case.duration_days,
    }


def _number(text: str) -> int:
    return min(max(int(text), 1), 10_000) if text.isdecimal() else 1


def _choice(field: ChoiceField, text: str) -> str:
    """Return what was picked, the first option when nothing known was."""
    options = [value for value, _label in field.options]
    return text if text in options else options[0]
