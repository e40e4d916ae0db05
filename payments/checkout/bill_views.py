"""The page of a bill: purpose, ways to pay, state. No account needed."""

from __future__ import annotations

import zlib
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core import live
from payments import charge_claims
from payments.bills.holds import ending, hold_reason, left_to_do, received_reason
from payments.bills.replace import successor_of
from payments.callbacks.handle import mask_name
from payments.models import Bill, Payment
from payments.refunds import status as refund_status
from payments.states import BillState, DisplayState, PaymentState
from payments.status_queries import query as status_queries

from . import pay_queue
from .attempts import attempts_of, bank_numbers, gateway_name
from .options import MOST_VISIBLE, choices_for

#: The cookie that remembers the gateway a browser paid with last.
LAST_GATEWAY = "cong"
#: For so long after the payer came back, waiting for the gateway's word is the rule.
FRESH = timedelta(seconds=20)
#: So long after an attempt began, the page says that it was cancelled or failed.
SAID_FOR = timedelta(minutes=60)


def bill_of(token: str) -> Bill:
    """Return a bill with all that its pages show. Raises Http404."""
    related = ("receipts__series", "receipts__cancellation", "payments__claim__discrepancy")
    return get_object_or_404(Bill.objects.with_payments().prefetch_related(*related), token=token)


def state_context(bill: Bill) -> dict[str, object]:
    """Return what the live part of a page needs: the state, the attempt it is about, and the URL of live events."""
    state = bill.display_state
    held = hold_reason(bill) if bill.state == BillState.OPEN else ""
    ended = ending(bill)
    payment = next(iter(bill.attempts_under_way(timezone.now())), None)
    if state == DisplayState.PAID:
        payment = bill.settling_payment
    elif state == DisplayState.CHECKING:
        payment = max(bill.doubtful_payments, key=lambda each: each.pk, default=None)
    return {
        "bill": bill,
        "state": state,
        "held": held,
        "version": _version(bill, held=bool(held), ended=ended.reason if ended else ""),
        "ended_matter": refund_status.ended_matter(bill, ended),
        "is_fresh": _is_fresh(payment),
        "payment": payment,
        "gateway_name": gateway_name(payment),
        "payer": mask_name(bill.payer_name),
        "live": live.stream_url([bill.token]),
    }


def _version(bill: Bill, **beside: object) -> str:
    """Return what changes exactly when the page around the state has other things to offer."""
    attempts = [(payment.state, payment.is_in_doubt) for payment in bill.payments.all()]
    facts = (bill.state, bill.display_state, bill.received_amount, attempts, beside)
    return f"{zlib.crc32(repr(facts).encode()):08x}"


def _is_fresh(payment: Payment | None) -> bool:
    """Whether the payer is just back from the gateway, which mostly answers within seconds: no cause for alarm yet."""
    returned_at = payment.returned_at if payment and payment.state == PaymentState.SENT else None
    return returned_at is not None and timezone.now() - returned_at < FRESH


def _ended_just_now(bill: Bill) -> Payment | None:
    """Return the newest attempt when it ended without money a while ago, to say what became of it."""
    newest = max(bill.payments.all(), key=lambda payment: payment.pk, default=None)
    if newest is None or timezone.now() - newest.created_at > SAID_FOR:
        return None
    return newest if newest.state in (PaymentState.CANCELLED, PaymentState.FAILED) else None


@never_cache
@require_GET
def bill(request: HttpRequest, token: str) -> HttpResponse:
    """One bill: what for, how much and why, who gets it, how to pay; or its state."""
    bill = bill_of(token)
    status_queries.hasten(bill)  # without script nobody asks for the state alone
    context = state_context(bill)
    context["may_pay"] = bill.state == BillState.OPEN and not (context["held"] or received_reason(bill))
    if context["may_pay"]:
        choices = choices_for(bill, request.COOKIES.get(LAST_GATEWAY, ""))
        context |= {"choices": choices[:MOST_VISIBLE], "more_choices": choices[MOST_VISIBLE:]}
    elif bill.state == BillState.CANCELLED:
        context["successor"] = successor_of(bill)
    context["place"] = pay_queue.place_of(request.session, token)
    ended = _ended_just_now(bill) if bill.state == BillState.OPEN else None
    context["ended"], context["ended_name"] = ended, gateway_name(ended)
    claims = [payment.claim for payment in bill.payments.all() if hasattr(payment, "claim")]
    is_claimed = any(claim.is_open for claim in claims)
    context["claims"], context["is_claimed"] = claims, is_claimed
    # Money may be on its way: whoever wants to pay once more has to say that they are sure.
    context["is_doubtful"] = is_claimed or context["state"] == DisplayState.CHECKING
    context["may_claim"] = bool(charge_claims.claimable(bill))
    context["returned"] = refund_status.of_bill(bill) if bill.payments.all() else []
    if bill.state == BillState.PAID:
        context["left"] = left_to_do(bill)
    context["page_address"] = settings.BASE_URL + request.path
    context["attempts"] = attempts = attempts_of(bill)
    context["bank_numbers"] = bank_numbers(bill, attempts)
    return render(request, "payments/checkout/bill.html", context)


@never_cache
@require_GET
def bill_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that changes when money lands. Whoever watches it need not wait for the back-off.

    A page that was made of another version (`?da-thay=`) is made to reload: what it offers has changed too.
    """
    bill = get_object_or_404(Bill.objects.prefetch_related("payments", "discrepancies"), token=token)
    status_queries.hasten(bill)
    context = state_context(bill)
    is_stale = request.GET.get("da-thay", context["version"]) != context["version"]
    return render(request, "payments/checkout/_state.html", context | {"is_stale": is_stale})
