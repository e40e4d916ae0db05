"""Explanation of a fee, for a dossier and for any bill."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dossiers.desk.access import DeskStaff, for_staff
from dossiers.fees.explanation import reasons_for
from payments.models import Bill


@require_GET
@for_staff
def why(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Explain every line of a dossier's bills, from what is frozen in them."""
    dossier = staff.dossier(code)
    bills = list(dossier.bills.select_related("client").prefetch_related("lines").order_by("pk"))
    context = {"dossier": dossier, "reference": dossier.code, "reasons": reasons_for(bills, dossier)}
    return render(request, "dossiers/desk/why.html", context)


@require_GET
@for_staff
def why_bill(request: HttpRequest, staff: DeskStaff, number: int) -> HttpResponse:
    """The same for any bill, also one that another system made. Raises Http404 for another agency's."""
    bills = Bill.objects.filter(agency__in=staff.sees).select_related("client").prefetch_related("lines")
    bill = bills.filter(pk=number).first()
    if bill is None:
        raise Http404
    dossier = staff.dossiers().with_bills().filter(bills=bill).first()
    context = {"dossier": dossier, "bill": bill, "reference": bill.reference, "reasons": reasons_for([bill], dossier)}
    return render(request, "dossiers/desk/why.html", context)
