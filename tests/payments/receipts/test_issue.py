"""Receipts as they are written: numbers, amounts, lines, and what takes the place of one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from agencies.models import AuditEntry
from payments.bills.create import NewLine
from payments.models import Bill, LostNumbers, Payment, Receipt, ReceiptCancellation, ReceiptSeries
from payments.receipts import issue as receipts
from tests.support import factories

PARTS = [("phi", 50_000), ("le_phi", 7_000), ("phi", 20_000), ("phi", 0), ("postage", 30_000)]


def paid(amounts: list[tuple[str, int]] = PARTS, **values: Any) -> Payment:
    lines = [
        NewLine(code=f"L{place}", kind=kind, description=f"{kind} {place}", amount=amount)
        for place, (kind, amount) in enumerate(amounts)
    ]
    return factories.payment(of=factories.bill(lines=lines, **values))


def issue(*payments: Payment) -> list[Receipt]:
    bills: dict[int, Bill] = {payment.bill_id: payment.bill for payment in payments}
    return receipts.issue(payments, bills)


def written(*kinds: str) -> list[Any]:
    rows = Receipt.objects.filter(kind__in=kinds, cancellation=None).order_by("pk")
    return list(rows.values_list("number", "amount", "revision"))


def line(description: str, amount: int) -> dict[str, Any]:
    return {"description": description, "amount": amount}


def test_what_goes_back_is_taken_from_the_last_line_to_the_first() -> None:
    lines = [line("a", 5), line("b", 3), line("c", 2)]
    assert receipts.keep(lines, 0) == (lines, 0)
    assert receipts.keep(lines, 1) == ([line("a", 5), line("b", 3), line("c", 1)], 0)
    assert receipts.keep(lines, 2) == ([line("a", 5), line("b", 3)], 0)
    assert receipts.keep(lines, 4) == ([line("a", 5), line("b", 1)], 0)
    assert receipts.keep(lines, 10) == ([], 0)
    assert receipts.keep(lines, 12) == ([], 2)


def test_each_year_and_kind_has_its_serial() -> None:
    assert receipts.serials_of(date(2026, 12, 31)) == ["BP-26T", "BL-26T", "CP-26T"]


@pytest.mark.django_db
def test_each_kind_of_a_bill_has_one_receipt_of_what_was_paid_for_it() -> None:
    payment = paid()
    made = issue(payment)
    assert [(each.kind, each.amount, each.number, each.revision) for each in made] == [
        ("phi", 70_000, 1, 1),
        ("le_phi", 7_000, 1, 1),
        ("postage", 30_000, 1, 1),
    ]
    assert made[0].lines == [line("phi 0", 50_000), line("phi 2", 20_000)]
    for each in Receipt.objects.all():
        assert (each.bill, each.payment, each.series.agency) == (payment.bill, payment, payment.bill.agency)
        assert (each.payer_name, each.agency_name) == (payment.bill.payer_name, payment.bill.agency_name)
    books = ReceiptSeries.objects.order_by("pk").values_list("kind", "serial", "template", "next_number")
    year = f"{timezone.localdate():%y}T"
    assert set(books) == {
        ("phi", f"BP-{year}", "01BLP0-001", 2),
        ("le_phi", f"BL-{year}", "01BLP0-001", 2),
        ("postage", f"CP-{year}", "PTH-BCCI", 2),
    }


@pytest.mark.django_db
def test_numbers_of_one_agency_follow_each_other_and_others_have_their_own() -> None:
    first, other = paid([("phi", 5)]), paid([("phi", 1)])
    second = paid([("phi", 7), ("le_phi", 8)], of=first.bill.agency)
    issue(first, second, other)
    assert written("phi") == [(1, 5, 1), (2, 7, 1), (1, 1, 1)]
    assert written("le_phi") == [(1, 8, 1)]
    issue(paid([("phi", 9)], of=first.bill.agency))
    assert written("phi")[-1] == (3, 9, 1)
    assert issue() == []


@pytest.mark.django_db
def test_books_of_this_year_are_written_in() -> None:
    payment, today = paid([("phi", 5), ("le_phi", 6)]), timezone.localdate()
    agency = payment.bill.agency_id
    for day in (today - timedelta(days=366), today, today + timedelta(days=366)):
        receipts.open_books([agency], day)
    receipts.open_books([agency, factories.agency().pk], today)
    assert ReceiptSeries.objects.filter(agency=agency).count() == 9
    assert ReceiptSeries.objects.count() == 12
    issue(payment)
    used = ReceiptSeries.objects.filter(next_number=2).values_list("agency", "serial")
    assert set(used) == {(agency, serial) for serial in receipts.serials_of(today)[:2]}


@pytest.mark.django_db
def test_money_that_came_again_has_further_revisions_of_its_receipts() -> None:
    payment = paid([("phi", 5), ("le_phi", 6)])
    for revision in (1, 2, 3):
        issue(payment)
        assert written("phi", "le_phi") == [(revision, 5, revision), (revision, 6, revision)]
        receipts.cancel([payment], "Ngân hàng đã thu hồi tiền", cause="reversal")
    assert written("phi", "le_phi") == []
    assert set(ReceiptCancellation.objects.values_list("reason", "cause", "replacement")) == {
        ("Ngân hàng đã thu hồi tiền", "reversal", None)
    }


@pytest.mark.django_db
def test_only_receipts_of_these_payments_are_cancelled_and_each_once() -> None:
    payment, other = paid([("phi", 5)]), paid([("phi", 6)])
    issue(payment, other)
    for payments in ([payment], [payment], []):
        receipts.cancel(payments, "x", cause="y")
    assert written("phi") == [(1, 6, 1)]
    assert ReceiptCancellation.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("returned", "phi", "postage"),
    [
        (0, [(1, 70_000, 1)], [(1, 30_000, 1)]),
        (1, [(1, 70_000, 1)], [(2, 29_999, 2)]),
        (10_000, [(1, 70_000, 1)], [(2, 20_000, 2)]),
        (30_000, [(1, 70_000, 1)], []),
        (38_000, [(2, 69_000, 2)], []),
        (107_000, [], []),
    ],
)
def test_what_remains_of_a_receipt_is_written_anew(returned: int, phi: Any, postage: Any) -> None:
    payment = paid()
    issue(payment)
    receipts.revise(payment, returned, "Rút hồ sơ", cause="refund:1")
    assert (written("phi"), written("postage")) == (phi, postage)
    for cancelled in ReceiptCancellation.objects.select_related("replacement", "receipt"):
        assert (cancelled.reason, cancelled.cause) == ("Rút hồ sơ", "refund:1")
        if new := cancelled.replacement:
            assert (new.kind, new.payment, new.bill) == (cancelled.receipt.kind, payment, payment.bill)
            assert new.series_id == cancelled.receipt.series_id
    replacements = {each.replacement for each in ReceiptCancellation.objects.exclude(replacement=None)}
    assert replacements == set(Receipt.objects.filter(revision=2))
    for book in ReceiptSeries.objects.all():
        assert book.next_number == book.receipts.count() + 1
    assert Receipt.objects.filter(cancellation=None).count() + ReceiptCancellation.objects.count() == (
        Receipt.objects.count()
    )


@pytest.mark.django_db
def test_numbers_left_out_are_noted_in_the_books_of_today_and_yesterday() -> None:
    agency, today = factories.agency(), timezone.localdate()
    receipts.open_books([agency.pk], today)
    receipts.open_books([agency.pk], today - timedelta(days=800))
    books = ReceiptSeries.objects.filter(serial__in=receipts.serials_of(today))
    books.filter(kind="phi").update(next_number=5)
    assert receipts.skip_lost(50, "x" * 300) == 3
    assert set(books.values_list("kind", "next_number")) == {("phi", 55), ("le_phi", 51), ("postage", 51)}
    lost = LostNumbers.objects.values_list("series__kind", "first", "last", "reason")
    assert set(lost) == {
        (kind, first, first + 49, "x" * 255) for kind, first in (("phi", 5), ("le_phi", 1), ("postage", 1))
    }
    entry = AuditEntry.objects.get(action="skip_receipt_numbers")
    assert (entry.subject, entry.actor) == ("receipts", None)
    assert entry.detail == {"count": 50, "books": 3, "reason": "x" * 300}


@pytest.mark.django_db
def test_numbers_are_left_out_in_a_transaction_of_their_own() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        receipts.skip_lost(1, "x")


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "years"), [(1, {26, 27}), (2, {27})])
def test_on_new_years_day_the_books_of_the_year_before_may_have_lost_numbers_too(
    monkeypatch: pytest.MonkeyPatch, day: int, years: set[int]
) -> None:
    agency = factories.agency()
    for year in (2025, 2026, 2027):
        receipts.open_books([agency.pk], date(year, 6, 1))
    monkeypatch.setattr(timezone, "localdate", lambda: date(2027, 1, day))
    assert receipts.skip_lost(1, "x") == 3 * len(years)
    assert set(LostNumbers.objects.values_list("series__serial", flat=True)) == {
        f"{kind}-{year}T" for kind in ("BP", "BL", "CP") for year in years
    }
