"""Paying at the counter: offices and hours, which payments do not know."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from agencies.succession import heir_of
from payments.bills.holds import why_not_now
from payments.checkout.bill_views import bill_of, state_context
from payments.states import BillState
from procedures.calendar.days import opening_hours
from procedures.models import WorkingHours


@never_cache
@require_GET
def at_counter(request: HttpRequest, token: str) -> HttpResponse:
    """Where to pay in person, when, with what in hand, and a code for the officer's scanner.

    The code is the dossier's own: whoever has only this address must not get the slip's secret from it.
    """
    bill = bill_of(token)
    if bill.state != BillState.OPEN or why_not_now(bill):
        return redirect("bill", token=token)
    weekday, today = WorkingHours.Weekday, timezone.localdate()
    office = heir_of(bill.agency, today)
    hours = [(weekday(shift.first).label, weekday(shift.last).label, shift) for shift in opening_hours(today, office)]
    return render(request, "dossiers/fees/at_counter.html", state_context(bill) | {"office": office, "hours": hours})
