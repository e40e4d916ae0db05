"""The page of a bill: purpose, ways to pay, state. No account needed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core import live
from gateways import internal, registry
from payments import charge_claims
from payments.bills.holds import hold_reason
from payments.callbacks.handle import mask_name
from payments.models import Bill, Payment
from payments.refunds import status as refund_status
from payments.states import BillState, DisplayState
from payments.status_queries import query as status_queries

from . import pay_queue
from .options import MOST_VISIBLE, choices_for

#: The cookie that remembers the gateway a browser paid with last.
LAST_GATEWAY = "cong"


def bill_of(token: str) -> Bill:
    """Return a bill with all that its pages show. Raises Http404."""
    related = ("receipts__series", "receipts__cancellation", "payments__claim__discrepancy")
    return get_object_or_404(Bill.objects.with_payments().prefetch_related(*related), token=token)


def state_context(bill: Bill) -> dict[str, object]:
    """Return what the live part of a page needs: the state, the attempt it is about, and the URL of live events."""
    state = bill.display_state
    payment = next(iter(bill.open_payments), None)
    if state == DisplayState.PAID:
        payment = bill.settling_payment
    elif state == DisplayState.CHECKING:
        payment = next((open_payment for open_payment in bill.open_payments if open_payment.is_in_doubt), payment)
    return {
        "bill": bill,
        "state": state,
        "payment": payment,
        "gateway_name": gateway_name(payment),
        "payer": mask_name(bill.payer_name),
        "live": live.stream_url([bill.token]),
    }


def gateway_name(payment: Payment | None) -> str:
    """Return the name people know a gateway by."""
    return registry.name_of(payment.gateway) if payment else ""


@never_cache
@require_GET
def bill(request: HttpRequest, token: str) -> HttpResponse:
    """One bill: what for, how much and why, who gets it, how to pay; or its state."""
    bill = bill_of(token)
    context = state_context(bill)
    context["held"] = hold_reason(bill) if bill.state == BillState.OPEN else ""
    if bill.state == BillState.OPEN and not context["held"]:
        choices = choices_for(bill, request.COOKIES.get(LAST_GATEWAY, ""))
        context |= {"choices": choices[:MOST_VISIBLE], "more_choices": choices[MOST_VISIBLE:]}
    context["place"] = pay_queue.place_of(request.session, token)
    context["claims"] = [payment.claim for payment in bill.payments.all() if hasattr(payment, "claim")]
    context["may_claim"] = bool(charge_claims.claimable(bill))
    context["returned"] = refund_status.of_bill(bill) if bill.payments.all() else []
    # An attempt through a gateway of ours (cash, moved money) has succeeded or does not exist.
    context["page_address"] = settings.BASE_URL + request.path
    context["attempts"] = [
        (payment, gateway_name(payment))
        for payment in sorted(bill.payments.all(), key=lambda payment: payment.pk)
        if payment.gateway not in internal.SLUGS
    ]
    return render(request, "payments/checkout/bill.html", context)


@never_cache
@require_GET
def bill_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that changes when money lands. Whoever watches it need not wait for the back-off.

    A page that was made while the bill was open (`?da-thay=open`) is made to reload when it no longer is.
    """
    bill = get_object_or_404(Bill.objects.prefetch_related("payments"), token=token)
    status_queries.hasten(bill)
    is_stale = request.GET.get("da-thay", bill.state) != bill.state
    return render(request, "payments/checkout/_state.html", state_context(bill) | {"is_stale": is_stale})
