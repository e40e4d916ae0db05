"""The catalogue: find a procedure, read what it costs and why."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from .fees import Facts, FeeUnknown, Quote, Rule, fact_fields, groups, quote
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
    fields = fact_fields(rules)
    asked = request.GET.get("case") == case.slug
    quantities = {field.name: _number(request.GET.get(field.name, "") if asked else "") for field in fields}
    chosen = frozenset(request.GET.getlist("group")) if asked else frozenset()
    quotes: dict[str, Quote | None] = {}
    for channel in ("online", "counter"):
        try:
            quotes[channel] = quote(rules, Facts(channel, quantities, chosen), timezone.localdate())
        except FeeUnknown:
            quotes[channel] = None
    return {
        "case": case,
        "fields": [(field, quantities[field.name]) for field in fields],
        "groups": [(slug, name, slug in chosen) for slug, name in groups(rules).items()],
        "quotes": quotes,
    }


def _number(text: str) -> int:
    return min(max(int(text), 1), 10_000) if text.isdecimal() else 1
