"""Public figures: right, small numbers held back, kept for a while, cheap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone

from payments.models import Payment
from payments.states import PaymentState
from portal.public.figures_views import Satisfaction, Share, compute, pooled
from tests.support import factories


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    caches["process"].clear()
    yield
    caches["process"].clear()


def test_small_agencies_stand_together_or_not_at_all_and_none_alone() -> None:
    big, middle, small, tiny = Share("A", 50, 25), Share("B", 20, 20), Share("C", 9, 0), Share("D", 2, 2)
    assert pooled([small, big, tiny, middle]) == (big, middle, Share(None, 11, 2))
    # One alone would be seen through by subtraction.
    assert pooled([big, middle, small]) == (big, Share(None, 29, 20))
    assert pooled([small]) == ()
    assert pooled([tiny, Share("E", 3, 1)]) == ()
    assert pooled([]) == ()


def test_scores_that_few_gave_are_counted_together() -> None:
    given = Satisfaction(((5, 40), (4, 12), (3, 4), (2, 0), (1, 3)))
    assert given.bars == [("5", 40, 68), ("1–4", 19, 32)]
    assert Satisfaction(((5, 3), (4, 12), (3, 0), (2, 11), (1, 10))).bars[0] == ("4–5", 15, 42)
    few = Satisfaction(((5, 8), (4, 2), (3, 0), (2, 0), (1, 0)))
    assert [number for _scores, number, _percent in few.bars] == [10, 0, 0, 0]


def attempts(name: str, gateway: str, count: int, *, are_paid: bool = True, seconds: int = 30) -> None:
    agency = factories.agency(name)
    account = factories.merchant(agency, "vnptpay")
    now = timezone.now()
    for number in range(count):
        payment = Payment.objects.create(
            bill=factories.bill(of=agency),
            merchant_account=account,
            gateway=gateway,
            merchant_ref=f"{name}{gateway}{number}",
            amount=150_000,
            expires_at=now,
            state=PaymentState.PAID if are_paid else PaymentState.FAILED,
            is_applied=are_paid,
            paid_at=now if are_paid else None,
        )
        Payment.objects.filter(pk=payment.pk).update(created_at=now - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_shares_times_and_failures_are_shown_without_a_person_and_from_memory(django_assert_num_queries: Any) -> None:
    attempts("Phường Một", "vnptpay", 12)
    attempts("Phường Hai", "counter", 12)
    attempts("Phường Ba", "vnptpay", 4, are_paid=False)
    attempts("Phường Bốn", "momo", 3)
    attempts("Phường Năm", "counter", 7)
    with django_assert_num_queries(7):
        shown = compute()
    assert {share.name: share.percent for share in shown.shares} == {"Phường Một": 100, "Phường Hai": 0, None: 30}
    assert [(way.name, way.started, way.failed, way.median_seconds) for way in shown.ways] == [("VNPT-Pay", 16, 4, 30)]
    page = Client().get("/thong-ke/").content.decode()
    assert "VNPT-Pay" in page
    assert "MoMo" not in page
    assert "Phường Bốn" not in page
    assert "dưới 10" in page, "four failed"
    assert "Nguyễn" not in page
    with django_assert_num_queries(0):
        Client().get("/thong-ke/")


@pytest.mark.django_db
def test_the_span_is_read_by_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT gateway FROM payments_payment WHERE created_at >= now()")
        assert "payment_by_time" in str(cursor.fetchall())
