"""The short way for plain notices writes what the long way writes, row for row."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateways.base import Notice as GatewayNotice
from gateways.base import OutcomeState
from payments import inbox, ledger_check, plain
from payments.billing import NewLine
from payments.models import ClosedDay, Discrepancy, LedgerEvent, Notice, Payment, Receipt
from payments.models.inbox import NoticeSource
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def tell(payment: Payment, chance: random.Random, number: int) -> None:
    """Put one notice about a payment into the inbox: mostly plain, sometimes anything but."""
    kind = chance.choice(["plain"] * 6 + ["short", "usd", "account", "failed", "pending", "same_money", "twice"])
    values: dict[str, Any] = {
        "gateway": payment.gateway,
        "event_key": f"E{number}",
        "merchant_ref": payment.merchant_ref,
        "gateway_ref": "SAME" if kind == "same_money" else f"V{number}",
        "state": {"failed": OutcomeState.FAILED, "pending": OutcomeState.PENDING}.get(kind, OutcomeState.PAID),
        "amount": payment.amount - 1 if kind == "short" else payment.amount,
        "currency": "USD" if kind == "usd" else "VND",
        "occurred_at": timezone.now() - timedelta(hours=chance.randrange(48)),
        "account": "999" if kind == "account" else "",
        "is_transfer": payment.gateway == "vietinbank",
    }
    for suffix in ("", "-again") if kind == "twice" else ("",):
        notice = GatewayNotice(**{**values, "event_key": values["event_key"] + suffix})
        inbox.receive(notice, payment.merchant_account, source=NoticeSource.CALLBACK)


def scenario(seed: int) -> None:
    """Forty payments of two gateways and two agencies, one with a closed day, and what the banks say of them."""
    chance = random.Random(seed)
    agencies = [factories.agency(), factories.agency()]
    payments = []
    for _ in range(40):
        kinds = chance.choice([("phi",), ("phi", "le_phi"), ("le_phi",)])
        lines = [NewLine("X", kind, f"Khoản {kind}", chance.randrange(1, 9) * 1000) for kind in kinds]
        bill = factories.bill(of=chance.choice(agencies), lines=lines)
        gateway = chance.choice(["vnptpay", "vietinbank"])
        payments.append(factories.payment(of=bill, gateway=gateway))
        if chance.random() < 0.2:
            other = "vietinbank" if gateway == "vnptpay" else "vnptpay"
            payments.append(factories.payment(of=bill, gateway=other))
    ClosedDay.objects.create(
        merchant_account=payments[0].merchant_account,
        day=timezone.localdate() - timedelta(days=1),
        our_amount=0,
        our_count=0,
        bank_amount=0,
        bank_count=0,
        closed_by=factories.officer(agencies[0]),
    )
    for number, payment in enumerate(payments):
        tell(payment, chance, number)


def story() -> dict[str, list[Any]]:
    """Everything that was written, without ids and clocks, by the order of the payments."""
    first = Payment.objects.order_by("pk").values_list("pk", flat=True)[0]
    base = LedgerEvent.objects.exclude(cause__in=("test", "dossier"))
    return {
        "payments": list(
            Payment.objects.order_by("pk").values_list("state", "is_applied", "gateway_ref", "next_check_at")
        ),
        "bills": list(Payment.objects.order_by("pk").values_list("bill__state", flat=True)),
        "notices": list(Notice.objects.order_by("pk").values_list("event_key", "state", "result")),
        "events": sorted(
            (payment - first if payment else -1, *rest)
            for payment, *rest in base.values_list(
                "payment_id", "kind", "amount", "before", "after", "value_date", "is_correction", "cause"
            )
        ),
        "receipts": sorted(
            (payment - first, *rest)
            for payment, *rest in Receipt.objects.values_list("payment_id", "kind", "amount", "payer_name")
        ),
        "lines": sorted(str(lines) for lines in Receipt.objects.values_list("lines", flat=True)),
        "cases": sorted(Discrepancy.objects.values_list("kind", "amount")),
    }


@pytest.mark.parametrize("seed", range(6))
def test_both_ways_write_the_same_story(seed: int, monkeypatch: pytest.MonkeyPatch, django_db_reset: Any) -> None:
    scenario(seed)
    inbox.drain_all()
    short = story()
    assert ledger_check.check() == []
    assert any(state == "paid" for state in short["bills"])
    django_db_reset()
    monkeypatch.setattr(plain, "settle", lambda _: plain.Plain(frozenset(), ()))
    scenario(seed)
    inbox.drain_all()
    assert story() == short
    assert ledger_check.check() == []


def test_a_batch_of_plain_notices_takes_the_same_few_statements(django_assert_num_queries: Any) -> None:
    def told(count: int) -> None:
        agency = factories.agency()
        for number in range(count):
            payment = factories.payment(of=factories.bill(of=agency))
            tell_plainly(payment, f"{agency.pk}-{number}")

    told(2)
    inbox.drain_all()  # opens the books of the year
    for count in (3, 12):
        agency = Payment.objects.order_by("-pk")[0].bill.agency
        for number in range(count):
            tell_plainly(factories.payment(of=factories.bill(of=agency)), f"x{count}-{number}")
        with django_assert_num_queries(15):
            inbox.drain()
    assert Receipt.objects.count() == 17
    assert ledger_check.check() == []


def tell_plainly(payment: Payment, key: str) -> None:
    notice = GatewayNotice(
        gateway=payment.gateway,
        event_key=key,
        merchant_ref=payment.merchant_ref,
        gateway_ref=key,
        state=OutcomeState.PAID,
        amount=payment.amount,
        currency="VND",
        occurred_at=timezone.now(),
    )
    inbox.receive(notice, payment.merchant_account)
