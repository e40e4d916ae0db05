"""Test payments: a small real payment that is no fee, step by step, and its refund.

The bill goes through the gateway's own adapter, the inbox, the ledger, reconciliation and the refund
of two persons as any other; only receipt series and fee statistics leave it out (`TestPayment`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.audit import record as audit
from agencies.models import Agency, User
from agencies.succession import chain_of
from gateways import internal, registry
from payments.bills.create import NewLine, create_bill
from payments.models.bills import TEST

from .checkout import start as checkout
from .errors import GatewayNotOffered
from .merchants import limits
from .models import MerchantAccount, Notification, Payment, TestPayment
from .states import ONCE_PAID_STATES

DEFAULT_AMOUNT = 10_000
#: More than this is a typing error.
LARGEST_AMOUNT = 100_000
SMALLEST_AMOUNT = 1_000
#: In place of a payer's name, on every list and at the bank: one word, so that masking leaves it whole.
PAYER = "THANH-TOAN-THU"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: when it was reached, and seconds since the test_payment began; None: not yet."""

    name: Promise
    at: datetime | None
    seconds: float | None
    note: str = ""


def smallest_amount(account: MerchantAccount) -> int:
    """Return the smallest sum of a test payment, whole đồng, as gateway and contract take it."""
    return max(limits.limits_of(account).least or 0, SMALLEST_AMOUNT)


def begin(account: MerchantAccount, agency: Agency, amount: int, *, actor: User) -> TestPayment:
    """Make the bill of an agency that `account` serves. Raises GatewayNotOffered, InvalidBill.

    `pay` then sends it to the gateway.
    """
    if account.gateway in internal.SLUGS or account.agency_id not in chain_of(agency, timezone.localdate()):
        raise GatewayNotOffered(account.gateway)
    line = NewLine("THU", TEST, "Thanh toán thử, không phải phí, lệ phí", amount)
    with transaction.atomic(durable=True):
        bill = create_bill(
            reference=f"THU-{agency.code}-{timezone.localtime():%y%m%d-%H%M%S}",
            agency=agency,
            payer_name=PAYER,
            description=f"Thanh toán thử qua {registry.name_of(account.gateway)}",
            lines=[line],
            cause="test_payment",
        )
        test_payment = TestPayment.objects.create(bill=bill, merchant_account=account, begun_by=actor)
        audit.record(
            "test_payment_begun", f"bill:{bill.pk}", actor=actor, agency=agency, amount=amount, contract=account.pk
        )
    return test_payment


def pay(test_payment: TestPayment, *, client_ip: str, locale: str) -> Payment:
    """Start the attempt through the contract that is tried. Raises as `checkout.start`."""
    account = test_payment.merchant_account
    return checkout.start(test_payment.bill, account.gateway, client_ip=client_ip, locale=locale, through=account)


def bills() -> QuerySet[TestPayment, int]:
    """Return the ids of all bills of test_payments, for figures of fees to leave out."""
    return TestPayment.objects.values_list("bill_id", flat=True)


def passed(agency_ids: list[int]) -> QuerySet[TestPayment]:
    """Return the test_payments of agencies whose money came: the evidence that paying works there."""
    return TestPayment.objects.filter(bill__agency__in=agency_ids, bill__state__in=ONCE_PAID_STATES)


def attempt_of(test_payment: TestPayment) -> Payment | None:
    """Return the attempt that paid, else the last one."""
    return test_payment.bill.payments.order_by("is_applied", "pk").last()


def steps(test_payment: TestPayment) -> list[Step]:
    """Return the whole way with its times; what has not happened has none. Four queries."""
    payment = attempt_of(test_payment)
    notification = _deciding_notification(payment)
    refund = payment.refunds.order_by("pk").last() if payment else None
    reached: list[tuple[Promise, datetime | None, str]] = [
        (_("Lập khoản thử"), test_payment.begun_at, test_payment.bill.reference),
        (_("Chuyển sang cổng"), payment.sent_at if payment else None, payment.merchant_ref if payment else ""),
        (_("Đã trả ở ngân hàng"), _paid_at(payment), payment.gateway_ref if payment else ""),
        (
            _("Nhận tin của ngân hàng"),
            notification.received_at if notification else None,
            notification.get_source_display() if notification else "",
        ),
        (_("Ghi nhận đã nộp"), test_payment.bill.settled_at, ""),
        (_("Đã hoàn lại tiền"), refund.done_at if refund else None, refund.get_state_display() if refund else ""),
    ]
    return list(_with_seconds(reached, test_payment.begun_at))


def _paid_at(payment: Payment | None) -> datetime | None:
    return payment.paid_at if payment and payment.is_applied else None


def _deciding_notification(payment: Payment | None) -> Notification | None:
    if payment is None:
        return None
    return payment.notifications.filter(outcome="paid").defer("body").order_by("pk").first()


def _with_seconds(reached: list[tuple[Promise, datetime | None, str]], began: datetime) -> Iterator[Step]:
    for name, at, note in reached:
        yield Step(name, at, round((at - began).total_seconds(), 1) if at else None, note)


def may_be_refunded(test_payment: TestPayment) -> Payment | None:
    """Return the payment whose money has yet to go back, for the door of refunds."""
    payment = test_payment.bill.settling_payment
    return payment if payment and payment.remaining_amount else None
