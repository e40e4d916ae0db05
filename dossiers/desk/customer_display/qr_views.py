"""The QR of the customer display: leads to the bill for some minutes, then expires (U-35).

A photo of the display is of no use afterwards: the code does not contain the bill's own address.
Nothing is stored, the bill's number is signed together with the minutes it counts in.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from payments.models import Bill

#: Seconds after which the window shows another code; each is good for this time and the next.
CHANGES_EVERY = 300
_signer = signing.Signer(salt="second window", sep=".")


def address_of(bill: Bill) -> str:
    """Return the address to show as a QR now; the same for `CHANGES_EVERY` seconds, so that it does not flicker."""
    path = reverse("window-code", args=[_signer.sign(f"{bill.pk}.{_period()}")])
    return f"{settings.BASE_URL}{path}"


def _period() -> int:
    return int(time.time()) // CHANGES_EVERY


@never_cache
@require_GET
def follow(request: HttpRequest, ticket: str) -> HttpResponse:
    """Lead to the bill, or say that the window shows a newer code by now."""
    try:
        number, period = _signer.unsign(ticket).split(".")
    except signing.BadSignature:
        raise Http404 from None
    if _period() - int(period) > 1:
        return render(request, "dossiers/desk/display_qr_over.html", status=410)
    return redirect("bill", token=get_object_or_404(Bill, pk=number).token)
