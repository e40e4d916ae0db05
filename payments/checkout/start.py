"""Starts a payment attempt: committed first, sent second (I12), one open at a time."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Container
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from gateways.base import (
    Capability,
    Gateway,
    GatewayMissing,
    GatewayRefused,
    GatewayUnavailable,
    OrderLine,
    PaymentOrder,
    QrCode,
    Redirect,
)
from payments import charge_claims, transitions
from payments.bills import holds
from payments.errors import (
    AnotherUnderWay,
    BillHeld,
    BillNotPayable,
    GatewayNotOffered,
    GatewayRefusedPayment,
    PaymentNotStarted,
)
from payments.merchants import circuit_breaker, limits
from payments.merchants.accounts import account_for, adapter_for
from payments.models import Bill, LedgerEvent, MerchantAccount, Payment
from payments.states import OPEN_PAYMENT_STATES, BillState, EventKind, PaymentState
from payments.status_queries import query as status_queries

logger = logging.getLogger(__name__)

REDIRECT_LIFETIME = timedelta(minutes=30)
QR_LIFETIME = timedelta(days=7)
#: No request to a gateway takes so long: who began this attempt died before it was sent, or before the answer.
ABANDONED_AFTER = timedelta(seconds=60)
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def start(
    bill: Bill,
    gateway: str,
    *,
    client_ip: str,
    locale: str = "vi",
    acknowledged: Container[int] | None = None,
    through: MerchantAccount | None = None,
) -> Payment:
    """Open an attempt through `gateway`, or give back the one that is open already.

    The caller sends the browser to `redirect_url` or shows `qr_text`; a payment in state
    UNKNOWN may have neither, when the gateway has not answered. Such an attempt, and one whose process
    died, is sent again under its own reference, which a gateway charges at most once.
    A person who begins a second attempt is warned: `acknowledged` are the ids of those they were told
    of and pay beside; None for a system, which is not asked. Decided under the bill's lock, so
    of two tabs one is warned. `through` is the contract that a test payment is about, taken also while it
    rests or takes no new payments.
    Raises BillNotPayable, BillHeld, GatewayNotOffered, AmountOutsideLimits, PaymentNotStarted,
    GatewayRefusedPayment, AnotherUnderWay. Call outside a transaction.
    """
    if why := holds.why_not_now(bill):
        raise BillHeld(why)
    _ask_about_earlier(bill)
    account = through or account_for(bill.agency, gateway)
    if through is None and circuit_breaker.is_resting(account):
        raise PaymentNotStarted(gateway)
    try:
        adapter = adapter_for(account)
    except GatewayMissing as error:
        raise PaymentNotStarted(gateway) from error
    if bill.received_amount and Capability.REDIRECT in adapter.capabilities:
        raise GatewayNotOffered(gateway)  # a page would charge all of it, though a part has come
    if bill.state == BillState.OPEN:
        limits.refuse_outside(account, bill.missing_amount)
    try:
        payment, must_send = _open(bill, account, adapter, client_ip, acknowledged)
    except IntegrityError:
        # Another tab was faster: one open attempt per bill and gateway is the database's rule.
        payment, must_send = bill.payments.get(gateway=gateway, state__in=OPEN_PAYMENT_STATES), False
    return _send(payment, adapter, bill, locale) if must_send else payment


def unfinished(tokens: Collection[str]) -> Payment | None:
    """Return the attempt a browser was sent away with, if it may still be finished."""
    payments = Payment.objects.filter(token__in=tokens, state__in=OPEN_PAYMENT_STATES, bill__state=BillState.OPEN)
    payment = payments.select_related("bill").first()
    if payment is None or holds.why_not_now(payment.bill) or charge_claims.claimed_among([payment.bill]):
        return None  # whoever says the bank took the money is not led to pay again
    return payment


def _ask_about_earlier(bill: Bill) -> None:
    """Before new money is asked for, learn what the gateways know of earlier attempts."""
    for payment in bill.payments.filter(state__in=OPEN_PAYMENT_STATES).select_related("merchant_account"):
        if payment.is_in_doubt or _is_unseen(payment) or payment.expires_at <= timezone.now():
            status_queries.check(payment)


def _open(
    bill: Bill, account: MerchantAccount, adapter: Gateway, client_ip: str, acknowledged: Container[int] | None
) -> tuple[Payment, bool]:
    """Lock the bill and commit the intent, so that a callback finds it however early it comes."""
    is_qr = Capability.REDIRECT not in adapter.capabilities
    with transaction.atomic(durable=True):
        locked = Bill.objects.select_for_update().get(pk=bill.pk)
        if locked.state != BillState.OPEN or locked.amount <= 0:
            raise BillNotPayable(locked.reference)
        under_way = list(locked.payments.filter(state__in=OPEN_PAYMENT_STATES))
        existing = next((payment for payment in under_way if payment.gateway == account.gateway), None)
        now = timezone.now()
        if existing:
            is_abandoned = existing.state == PaymentState.CREATED and existing.created_at < now - ABANDONED_AFTER
            return existing, is_abandoned or _is_unseen(existing)
        if acknowledged is not None and (
            unmentioned := [each for each in under_way if not _is_unseen(each) and each.pk not in acknowledged]
        ):
            raise AnotherUnderWay(unmentioned)
        payment = Payment.objects.create(
            bill=locked,
            merchant_account=account,
            gateway=account.gateway,
            merchant_ref=_new_reference(account, is_qr=is_qr),
            amount=locked.amount,
            client_ip=client_ip or None,
            expires_at=now + (QR_LIFETIME if is_qr else REDIRECT_LIFETIME),
            next_check_at=now + timedelta(seconds=status_queries.PACE[0][1]),
        )
        LedgerEvent.objects.create(
            kind=EventKind.PAYMENT_CREATED, bill=locked, payment=payment, after=payment.state, cause="payer"
        )
    return payment, True


def _is_unseen(payment: Payment) -> bool:
    """Whether the gateway did not answer the start, so that the payer has seen nothing to pay at."""
    return payment.state == PaymentState.UNKNOWN and not payment.was_offered


def _new_reference(account: MerchantAccount, *, is_qr: bool) -> str:
    """Return a reference nobody can guess. A transfer code is digits of the contract's length."""
    if is_qr:
        length = int(account.settings.get("code_length", 14))
        return "".join(secrets.choice("0123456789") for _ in range(length))
    day = timezone.localdate().strftime("%y%m%d")
    return f"MC{day}" + "".join(secrets.choice(_LETTERS) for _ in range(14))


def _send(payment: Payment, adapter: Gateway, bill: Bill, locale: str) -> Payment:
    account = payment.merchant_account
    prefetch_related_objects([bill], "lines")
    what = "Thanh toan thu" if bill.is_test else "Nop phi ho so"
    order = PaymentOrder(
        merchant_ref=payment.merchant_ref,
        amount=payment.amount,
        description=f"{what} {bill.reference}",
        created_at=payment.created_at,
        client_ip=payment.client_ip or "",
        return_url=f"{settings.BASE_URL}/gateways/{payment.gateway}/return",
        payer_name=bill.payer_name,
        locale=locale,
        bill_reference=bill.reference,
        lines=tuple(OrderLine(line.code, line.kind, line.description, line.amount) for line in bill.lines.all()),
    )
    try:
        answer = adapter.start(order)
    except GatewayUnavailable as error:
        circuit_breaker.note_failure(account, error)
        status_queries.move_payment(payment, PaymentState.FAILED, cause="start", failure_code="unavailable")
        raise PaymentNotStarted(payment.gateway) from error
    except GatewayRefused as error:
        if error.is_configuration_fault:
            logger.error("gateway %s refuses our contract: %s", payment.gateway, error)
        status_queries.move_payment(payment, PaymentState.FAILED, cause="start", failure_code=error.code[:32])
        raise GatewayRefusedPayment(payment.gateway, error.code, error.message) from error
    except Exception as error:  # outcome unknown, or a defect of the adapter: money may have moved
        logger.warning("start of %s is unclear: %r", payment.merchant_ref, error)
        circuit_breaker.note_failure(account, error)
        status_queries.move_payment(payment, PaymentState.UNKNOWN, cause="start", sent_at=timezone.now())
        payment.refresh_from_db()
        return payment
    if isinstance(answer, Redirect):
        circuit_breaker.note_success(account)  # a QR is built here: nobody was asked
    return _record_sent(payment, answer)


def _record_sent(payment: Payment, answer: Redirect | QrCode) -> Payment:
    """Keep what was sent. The state moves only if no callback has overtaken us."""
    with transaction.atomic(durable=True):
        Bill.objects.select_for_update().get(pk=payment.bill_id)
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        locked.request = dict(answer.request)
        locked.sent_at = timezone.now()
        if isinstance(answer, Redirect):
            locked.redirect_url = answer.url
        else:
            locked.qr_text = answer.text
            locked.qr_details = {
                "cust_code": answer.cust_code,
                "bank_bin": answer.bank_bin,
                "account": answer.account,
                "account_name": answer.account_name,
                "purpose": answer.purpose,
            }
        if locked.state in (PaymentState.CREATED, PaymentState.UNKNOWN):
            transitions.payment_to(locked, PaymentState.SENT, bill_id=locked.bill_id, cause="start").save()
        locked.save(update_fields=["request", "sent_at", "redirect_url", "qr_text", "qr_details", "state"])
    return locked
