"""Which parts of a bill are still there to be used, and what using them writes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from payments import discrepancies
from payments.models import Bill, Discrepancy
from payments.models.discrepancies import DiscrepancyKind
from payments.settlement import parts
from tests.support import factories


def part(bill: Bill, amount: int = 20_000, kind: DiscrepancyKind = DiscrepancyKind.SHORT) -> Discrepancy:
    case = discrepancies.new_discrepancy(kind, agency_id=bill.agency_id, bill=bill, amount=amount)
    case.save()
    return case


@pytest.mark.django_db
def test_only_open_parts_of_open_bills_are_there_the_oldest_first() -> None:
    bill, other, paid = factories.bill(), factories.bill(), Bill(pk=0, state="paid")
    first, second, closed = part(bill), part(bill), part(bill)
    for case in (part(bill, kind=DiscrepancyKind.OVER), part(factories.bill())):
        assert case.closed_at is None
    Discrepancy.objects.filter(pk=closed.pk).update(closed_at=timezone.now())
    assert parts.lock_open([bill, other, paid]) == {bill.pk: [first, second], other.pk: []}


def test_where_no_bill_is_open_nothing_is_asked() -> None:
    assert parts.lock_open([Bill(pk=0, state="paid")]) == {}  # without a database


@pytest.mark.django_db
def test_what_is_left_of_a_part_is_used_for_its_bill_and_payment() -> None:
    payment = factories.payment()
    bill, now = payment.bill, timezone.now()
    half, gone = part(bill, 20_000), part(bill, 5_000)
    half.used_amount, gone.used_amount, half.notification_id = 8_000, 5_000, 77
    (event,) = parts.use([gone, half], bill, payment, at=now)
    assert (event.kind, event.bill, event.payment, event.amount) == ("surplus_used", bill, payment, 12_000)
    assert (event.cause, event.cause_id) == ("part", "77")
    assert (half.used_amount, half.closed_at) == (20_000, now) and half.resolution
    assert (gone.closed_at, gone.resolution) == (None, "")
