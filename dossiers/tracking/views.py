"""Pages of citizens: slip, look-up, dossier."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from core import browser_rights, live
from dossiers.models import Dossier
from dossiers.post import changes as post_changes
from dossiers.post import orders as postal_orders
from payments import charge_claims
from payments.callbacks.views import SESSION_PAYMENT
from payments.checkout import start as checkout
from payments.refunds import status as refund_status

from . import context as tracking_context
from . import pins
from .access import lookup_of, opened_codes, remember
from .forms import LookupForm
from .ownership import owned_or_handed_in_by

SESSION_PINS = "pins"


@never_cache
@require_GET
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """Follow a dossier: only for who submitted it here, opened it with its PIN or slip, or is its owner by VNeID."""
    if code not in opened_codes(request):
        own = owned_or_handed_in_by(request).filter(code=code).first()
        if own is None:
            return lookup_of(code)
        remember(request, own)  # what else there is to do with it asks the session
    dossier = get_object_or_404(Dossier.objects.with_bills().prefetch_related("events"), code=code)
    slip_url = settings.BASE_URL + reverse("slip", args=[dossier.slip_token])
    returned = [back for bill in dossier.bills.all() for back in refund_status.of_bill(bill)]
    context = tracking_context.context_of(dossier) | {
        "dossier": dossier,
        "bills": tracking_context.shown_bills(dossier),
        "returned": returned,
        "both": tracking_context.surplus_beside_debt(dossier, returned),
        "claimed": charge_claims.claimed_among(dossier.bills.all()),
        "pin": request.session.get(SESSION_PINS, {}).get(code, ""),
        "slip_url": slip_url,
        "live": live.stream_url(bill.token for bill in dossier.bills.all()),
        "sent": dossier.attachments.all(),
        "may_have_posted": postal_orders.may_choose(dossier),
        "may_change_post": bool(dossier.owner_phone and post_changes.changeable(dossier)),
    }
    return render(request, "dossiers/tracking/dossier.html", context)


@never_cache
@require_GET
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """The QR on the slip: 128 random bits open the dossier, as the paper itself would."""
    dossier = get_object_or_404(Dossier, slip_token=token)
    remember(request, dossier)
    return redirect("dossier", code=dossier.code)


@never_cache
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Code and PIN open a dossier on any phone. Unknown code and wrong PIN look the same."""
    if request.method == "GET":
        form = LookupForm(initial={"code": request.GET.get("code", "")[:50]})
        unfinished = checkout.unfinished(browser_rights.held(request, SESSION_PAYMENT))
        return render(request, "dossiers/tracking/lookup.html", {"form": form, "unfinished": unfinished})
    form = LookupForm(request.POST)
    if form.is_valid() and (opened := pins.open_with(form)):
        remember(request, opened)
        return redirect("dossier", code=opened.code)
    return render(request, "dossiers/tracking/lookup.html", {"form": form}, status=422)
