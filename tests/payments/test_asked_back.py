"""What cases still ask to be given back, and which are overtaken, rule by rule and without a bank."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from payments import discrepancies
from payments.models import Bill, Discrepancy, Payment
from payments.models.discrepancies import ASKING_BACK, DiscrepancyKind
from payments.models.notifications import SET_ASIDE
from tests.support import factories
from tests.support.payments.cases import case, fresh, in_vain, reallocation, refund
from tests.support.payments.settling import told


@pytest.mark.parametrize(
    ("proposed", "waiting"),
    [(0, {1: 100, 2: 0, 3: 30}), (99, {1: 1, 2: 0, 3: 30}), (149, {1: 0, 2: 0, 3: 30}), (155, {1: 0, 2: 0, 3: 25})],
)
def test_what_was_proposed_counts_for_the_oldest_case_first(proposed: int, waiting: dict[int, int]) -> None:
    """The second is closed: what was given back for it counts, and it asks for nothing."""
    cases = [
        Discrepancy(pk=3, amount=30),
        Discrepancy(pk=1, amount=100),
        Discrepancy(pk=2, amount=50, closed_at=timezone.now()),
    ]
    assert discrepancies.still_asked(cases, proposed) == waiting


@pytest.mark.django_db
def test_what_is_asked_back_is_lessened_by_what_somebody_has_proposed() -> None:
    payment = factories.payment()
    assert discrepancies.amount_asked_back(payment) == 0
    in_vain(payment, 100_000)
    in_vain(payment, 5_000, kind="conflict")
    in_vain(factories.payment(), 7_000)
    assert discrepancies.amount_asked_back(payment) == 100_000
    refund("rejected", 1_000, payment=payment)
    assert discrepancies.amount_asked_back(payment) == 100_000
    refund("done", 20_000, payment=payment)
    refund("proposed", 300, payment=payment)
    assert discrepancies.amount_asked_back(payment) == 79_700


def owed_again(bill: Bill, kind: str = "debt", **values: Any) -> Discrepancy:
    return case(bill.agency, kind, bill=bill, **values)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["reversed", "debt"])
@pytest.mark.parametrize(
    ("state", "resolution"),
    [("open", ""), ("paid", "Khoản đã được nộp lại"), ("cancelled", "Khoản không còn phải nộp")],
)
def test_a_debt_is_overtaken_when_its_bill_is_owed_no_more(kind: str, state: str, resolution: str) -> None:
    bill = factories.bill()
    Bill.objects.update(state=state, settled_at=timezone.now() if state == "paid" else None)
    waiting, surplus, of_nobody = owed_again(bill, kind), owed_again(bill, "surplus"), case(kind=kind)
    assert discrepancies.close_overtaken() == (1 if resolution else 0)
    assert (bool(fresh(waiting).closed_at), fresh(waiting).resolution) == (bool(resolution), resolution)
    assert (fresh(surplus).closed_at, fresh(of_nobody).closed_at) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", DiscrepancyKind)
def test_only_what_asks_for_money_is_overtaken_when_the_bank_takes_it_back(kind: DiscrepancyKind) -> None:
    taken_back, other = factories.payment(state="reversed"), factories.payment()
    gone, there, billless = (
        in_vain(payment, 1, kind=kind, bill=bill)
        for payment, bill in ((taken_back, taken_back.bill), (other, other.bill), (taken_back, None))
    )
    asks = kind in ASKING_BACK
    assert discrepancies.close_overtaken() == asks
    assert [bool(fresh(each).closed_at) for each in (gone, there, billless)] == [asks, False, False]
    assert fresh(gone).resolution == ("Ngân hàng đã thu hồi tiền: không còn gì để hoàn" if asks else "")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["quarantined", "conflict"])
@pytest.mark.parametrize(
    ("state", "result", "is_through"),
    [
        ("new", "", False),
        ("quarantined", "", False),
        ("done", "settled", True),
        ("ignored", "already_booked", True),
        ("ignored", SET_ASIDE, False),
    ],
)
def test_a_notification_that_went_through_after_all_needs_nobody(
    kind: str, state: str, result: str, is_through: bool
) -> None:
    payment = factories.payment()
    waiting = case(kind=kind, notification=told(payment, state=state, result=result))
    without = case(kind=kind)
    is_closed = is_through and kind == "quarantined"
    assert discrepancies.close_overtaken() == is_closed
    assert fresh(waiting).resolution == ("Đã xử lý lại được" if is_closed else "")
    assert fresh(without).closed_at is None


@pytest.mark.django_db
def test_so_many_at_a_time_the_oldest_first_and_none_that_somebody_works_on() -> None:
    bill, earlier = factories.bill(), timezone.now() - timedelta(days=1)
    Bill.objects.update(state="paid", settled_at=earlier)
    closed, first, second, third = (owed_again(bill, closed_at=at) for at in (earlier, None, None, None))
    assert discrepancies.close_overtaken(limit=2) == 2
    assert [bool(fresh(each).closed_at) for each in (first, second, third)] == [True, True, False]
    reallocation(third, "proposed")
    assert discrepancies.close_overtaken() == 0
    assert fresh(closed).closed_at == earlier


@pytest.mark.django_db
def test_a_case_about_a_payment_of_no_refund_waits_for_nobody_of_another() -> None:
    payment, other = factories.payment(state="reversed"), factories.payment()
    waiting = in_vain(payment, 1, bill=payment.bill)
    refund("proposed", payment=other)
    refund("rejected", payment=payment)
    assert discrepancies.close_overtaken() == 1
    assert fresh(waiting).closed_at and Payment.objects.get(pk=payment.pk).state == "reversed"
