"""Days are closed in their order, or out of it by whoever says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import ClosedDay, LedgerEvent
from payments.states import EventKind
from tests.support.payments.accounting import said, signed_in
from tests.support.payments.statements import YESTERDAY, paid_yesterday

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_day_after_an_open_one_is_closed_only_by_whoever_says_so() -> None:
    payment = paid_yesterday()
    account, client = payment.merchant_account, signed_in(payment.bill.agency)
    LedgerEvent.objects.create(
        kind=EventKind.MONEY_RECEIVED,
        bill=payment.bill,
        payment=payment,
        amount=1,
        money_key="earlier",
        merchant_account=account,
        value_date=YESTERDAY - timedelta(days=3),
    )
    day = f"/doi-soat/ngay/{account.pk}/{YESTERDAY}/"
    client.post(f"{day}mo-vu-viec/")
    assert "Còn 1 ngày trước chưa khóa sổ" in said(client.get(day))
    assert "Còn ngày trước chưa khóa sổ" in said(client.post(f"{day}khoa/", follow=True))
    assert not ClosedDay.objects.exists()
    assert "Đã khóa sổ ngày" in said(client.post(f"{day}khoa/", {"leave": "1"}, follow=True))
