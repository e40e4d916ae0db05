"""Pages of the catalogue: search, procedure, cost."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from procedures.calendar.days import opening_hours
from procedures.catalogue.calculator import offer
from procedures.catalogue.filters import open_on, read, receiving_on, shelves
from procedures.catalogue.search import answer, suggestions
from procedures.catalogue.summary import glance, glances
from procedures.catalogue.topics import Audience, LifeEvent, Sector
from procedures.schedules.load import rules_for

from .models import Procedure, WorkingHours

Weekday = WorkingHours.Weekday
#: More agencies than this are a rule ("any commune"), not a list.
FEW_AGENCIES = 4
#: Letters before anything is suggested, and how much at most.
LEAST_TYPED, MOST_SUGGESTED = 2, 6


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The start page: what one can do here, by what happens in a life."""
    return render(request, "home.html", {"shelves": shelves(open_on(timezone.localdate()))})


@require_GET
def procedures(request: HttpRequest) -> HttpResponse:
    """Search and filter, twenty a page; a code leads to its procedure, nothing found to what is nearest."""
    today = timezone.localdate()
    choice, everything = read(request.GET), open_on(today)
    is_code = choice.text[:1].isdecimal() and not choice.is_filtered
    if is_code and everything.filter(code=choice.text).exists():
        return redirect("procedure", code=choice.text)
    given = answer(choice.text, choice.narrow(everything))
    page = Paginator(given.procedures.prefetch_related("cases"), 20).get_page(request.GET.get("page"))
    is_nothing = not page.object_list and not given.door
    context = {
        "choice": choice,
        "page": page,
        "door": given.door,
        "results": glances(list(page.object_list), today),
        "life_events": LifeEvent.choices,
        "sectors": Sector.choices,
        "audiences": Audience.choices,
        "agencies": receiving_on(today).only("name"),
        "shelves": shelves(everything) if choice.is_empty or not page.object_list else None,
        "suggestions": suggestions(choice.text, everything) if choice.text and is_nothing else [],
    }
    return render(request, "procedures/catalogue/list.html", context)


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """What a text that is still being typed would find: a fragment for `search.js`."""
    today = timezone.localdate()
    text = read(request.GET).text
    given = answer(text, open_on(today)) if len(text) >= LEAST_TYPED else None
    first = list(given.procedures.prefetch_related("cases")[:MOST_SUGGESTED]) if given else []
    context = {"results": glances(first, today), "door": given.door if given else None, "text": text}
    return render(request, "procedures/catalogue/_suggestions.html", context)


@require_GET
@vary_on_headers("X-Fragment")
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure: papers, time, cost by a calculator that explains each line, where to go.

    The script of the page asks for the cost of one case only (`X-Fragment`); without it
    the same form loads the page anew.
    """
    procedure = get_object_or_404(Procedure.objects.prefetch_related("cases__decided_by", "documents"), code=code)
    today = timezone.localdate()
    is_fragment = "X-Fragment" in request.headers
    wanted = [case for case in procedure.cases.all() if not is_fragment or case.slug == request.GET.get("case")]
    offers = [offer(case, rules_for(case, today), request.GET, today, rules_for) for case in wanted]
    if is_fragment:
        status = 200 if offers else 404
        return render(
            request, "procedures/catalogue/_cost.html", {"offer": offers[0] if offers else None}, status=status
        )
    agencies = list(procedure.agencies.existing_on(today).order_by("name"))
    context = {
        "procedure": procedure,
        "offers": offers,
        # What is summed up does not hang on a number that cannot be read.
        "glance": glance(
            [
                offer(each.case, rules_for(each.case, today), QueryDict(), today) if each.counts.faults else each
                for each in offers
            ]
        ),
        "is_open": today in procedure.valid_during,
        "audiences": [Audience(value).label for value in procedure.audiences],
        "agencies": agencies,
        "are_few": len(agencies) <= FEW_AGENCIES,
        "hours": [
            (Weekday(shift.first).label, Weekday(shift.last).label, shift)
            for shift in opening_hours(today, agencies[0] if len(agencies) == 1 else None)
        ],
    }
    return render(request, "procedures/catalogue/detail.html", context)
