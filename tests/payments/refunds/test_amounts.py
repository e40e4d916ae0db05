"""What has gone back, what waits to, and what may still be given back are three sums, wherever they are read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from agencies.models import Role
from payments.api.clients import create_client
from payments.exports.definitions.payments import PAYMENTS
from payments.models import Payment
from payments.refunds import dispatch
from tests.support import factories
from tests.support.payments.api import send
from tests.support.payments.refunds import paid, proposal, refunds
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("refunded_amount", "pending_refund_amount", "remaining_amount")


def sums(key: str, payment: Payment) -> tuple[int, ...]:
    """As the API tells them; the accountants' file tells the same."""
    _, bill = send(key, f"/api/v1/bills/{payment.bill_id}")
    told = tuple(bill["payments"][0][name] for name in NAMES)
    row = Payment.objects.get(pk=payment.pk)
    columns = {str(column.heading): column.of for column in PAYMENTS.columns if "oàn" in str(column.heading)}
    assert (columns["Đã hoàn (đồng)"](row), columns["Đang chờ hoàn (đồng)"](row)) == told[:2]
    return told


def test_nothing_has_gone_back_before_it_has() -> None:
    payment = paid(150_000)
    client, key = create_client("x", [payment.bill.agency])
    payment.bill.client = client
    payment.bill.save()
    maker, checker = (factories.officer(payment.bill.agency, Role.ACCOUNTANT) for _ in range(2))
    wanted = {"amount": 20_000, "remaining_amount": 150_000, "reason": "withdrawn"}
    assert send(key, f"/api/v1/payments/{payment.pk}/refunds", wanted, "k")[0] == 201
    payment.refresh_from_db()
    own = refunds.propose_for_payment(payment, proposal(30_000, 130_000), maker=maker)
    assert sums(key, payment) == (0, 50_000, 100_000)
    pages: Any = browser_of(maker)
    for page in (f"/doi-soat/lan-nop/{payment.pk}/", f"/doi-soat/lan-nop/{payment.pk}/hoan-tien/"):
        text = " ".join(pages.get(page).content.decode().split())
        assert "Đang chờ hoàn</dt> <dd> 50.000" in text and "Đã hoàn</dt> <dd> 0" in text
    listed = " ".join(pages.get("/doi-soat/lan-nop/").content.decode().split())
    assert "đang chờ hoàn 50.000" in listed and "đã hoàn 50.000" not in listed
    refunds.approve(own, checker=checker)
    dispatch.send_due()
    assert sums(key, payment) == (0, 50_000, 100_000)
    refunds.record_transfer(own, reference="FT1", actor=checker)
    assert sums(key, payment) == (30_000, 20_000, 100_000)
    refunds.reject(payment.refunds.exclude(pk=own.pk).get(), checker=checker)
    assert sums(key, payment) == (30_000, 0, 120_000)


def test_the_constraint_speaks_of_the_column_that_is_there() -> None:
    payment = paid(150_000)
    payment.reserved_amount = 150_001
    with pytest.raises(ValidationError, match="payment_refunded_at_most_its_amount"):
        payment.validate_constraints()
