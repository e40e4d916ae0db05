"""Issues receipts: one per kind of fee, numbered without gaps, text frozen (I7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.audit import record as audit
from core.database.bulk_update import update_rows
from payments.models import Bill, BillLine, LostNumbers, Payment, Receipt, ReceiptCancellation, ReceiptSeries
from payments.models.bills import FeeKind

SERIAL_PREFIX = {FeeKind.PHI: "BP", FeeKind.LE_PHI: "BL", FeeKind.POSTAGE: "CP"}
#: Fees are on the form of the tax authority; what is collected for the post is on a slip of our own.
TEMPLATE = {FeeKind.PHI: "01BLP0-001", FeeKind.LE_PHI: "01BLP0-001", FeeKind.POSTAGE: "PTH-BCCI"}


def issue(payments: Sequence[Payment], bills: Mapping[int, Bill]) -> list[Receipt]:
    """Issue the receipts of payments that settled their bills, in the caller's transaction.

    Locks the receipt series (ids ascending) after bills and payments, so numbers have no
    gaps: a rolled-back settlement gives its numbers back.
    """
    lines: dict[tuple[int, str], list[BillLine]] = defaultdict(list)
    for line in BillLine.objects.filter(bill_id__in=[payment.bill_id for payment in payments]):
        if line.amount > 0:
            lines[line.bill_id, line.kind].append(line)
    wanted = [
        (payment, bills[payment.bill_id], kind)
        for payment in payments
        for kind in FeeKind.values
        if (payment.bill_id, kind) in lines
    ]
    earlier = _last_revisions(payments)
    series = _locked_series({(bill.agency_id, kind) for _, bill, kind in wanted})
    receipts = []
    for payment, bill, kind in wanted:
        text = [{"description": line.description, "amount": line.amount} for line in lines[bill.pk, kind]]
        revision = earlier.get((payment.pk, kind), 0) + 1
        receipts.append(_next(series[bill.agency_id, kind], payment, bill, text, revision=revision))
    update_rows(ReceiptSeries, series.values(), ["next_number"])
    return Receipt.objects.bulk_create(receipts)


def _last_revisions(payments: Sequence[Payment]) -> dict[tuple[int, str], int]:
    """Return the last revision of each (payment, kind) that has receipts: the bank took their money back."""
    rows = Receipt.objects.filter(payment__in=payments).order_by("revision")
    return {(payment, kind): revision for payment, kind, revision in rows.values_list("payment", "kind", "revision")}


def _next(book: ReceiptSeries, payment: Payment, bill: Bill, lines: list[dict[str, Any]], *, revision: int) -> Receipt:
    """Return the next receipt of a locked series, to be saved together with the series."""
    receipt = Receipt(
        series=book,
        number=book.next_number,
        bill=bill,
        payment=payment,
        kind=book.kind,
        amount=sum(line["amount"] for line in lines),
        payer_name=bill.payer_name,
        agency_name=bill.agency_name,
        lines=lines,
        revision=revision,
    )
    book.next_number += 1
    return receipt


def cancel(payments: Sequence[Payment], reason: str, *, cause: str) -> None:
    """Cancel every receipt of payments whose money is gone, in the caller's transaction."""
    ReceiptCancellation.objects.bulk_create(
        ReceiptCancellation(receipt=receipt, reason=reason, cause=cause) for receipt in _valid(payments)
    )


def revise(payment: Payment, returned: int, reason: str, *, cause: str) -> None:
    """Cancel receipts of a payment by `returned` đồng; what remains of one gets a replacement.

    Money goes back from the last line to the first. Locks the receipt series after bill and payment.
    """
    for receipt in sorted(_valid([payment]), key=lambda row: -row.pk):
        if returned <= 0:
            break
        kept, returned = keep(receipt.lines, returned)
        replacement = None
        if kept:
            book = ReceiptSeries.objects.select_for_update().get(pk=receipt.series_id)
            replacement = _next(book, payment, receipt.bill, kept, revision=receipt.revision + 1)
            book.save(update_fields=["next_number"])
            replacement.save()
        ReceiptCancellation.objects.create(receipt=receipt, replacement=replacement, reason=reason, cause=cause)


def keep(lines: Sequence[dict[str, Any]], returned: int) -> tuple[list[dict[str, Any]], int]:
    """Return what is left of receipt lines after `returned` đồng went back, and what is still to go back."""
    kept = []
    for line in reversed(lines):
        taken = min(line["amount"], returned)
        returned -= taken
        if taken < line["amount"]:
            kept.append({**line, "amount": line["amount"] - taken})
    return kept[::-1], returned


def skip_lost(count: int, reason: str) -> int:
    """After a restore: leave out the next `count` numbers of every series in use; return how many series.

    What was issued in the lost minutes is on paper, and no number is ever given twice. Locks the series.
    """
    today = timezone.localdate()
    serials = {*serials_of(today), *serials_of(today - timedelta(days=1))}
    with transaction.atomic(durable=True):
        books = list(ReceiptSeries.objects.filter(serial__in=serials).select_for_update().order_by("pk"))
        LostNumbers.objects.bulk_create(
            LostNumbers(series=book, first=book.next_number, last=book.next_number + count - 1, reason=reason[:255])
            for book in books
        )
        for book in books:
            book.next_number += count
        update_rows(ReceiptSeries, books, ["next_number"])
        audit.record("skip_receipt_numbers", "receipts", actor=None, count=count, books=len(books), reason=reason)
    return len(books)


def _valid(payments: Sequence[Payment]) -> list[Receipt]:
    receipts = Receipt.objects.filter(payment__in=payments, cancellation=None)
    return list(receipts.select_related("bill").order_by("pk"))


def serials_of(day: date) -> list[str]:
    """Return the serials in use on a day, in the order of FeeKind: each year opens new series."""
    return [f"{SERIAL_PREFIX[FeeKind(kind)]}-{day:%y}T" for kind in FeeKind.values]


def open_books(agency_ids: Sequence[int], day: date) -> None:
    """Create the series in which agencies issue from a day on; existing ones stay as they are."""
    ReceiptSeries.objects.bulk_create(
        [
            _book(agency_id, kind, serial)
            for agency_id in sorted(agency_ids)
            for kind, serial in zip(FeeKind.values, serials_of(day), strict=True)
        ],
        ignore_conflicts=True,
    )


def _book(agency_id: int, kind: str, serial: str) -> ReceiptSeries:
    return ReceiptSeries(agency_id=agency_id, kind=kind, serial=serial, template=TEMPLATE[FeeKind(kind)])


def _locked_series(wanted: set[tuple[int, str]]) -> dict[tuple[int, str], ReceiptSeries]:
    """Return this year's series of each (agency, kind) under lock, opening missing ones."""
    if not wanted:
        return {}
    serials = dict(zip(FeeKind.values, serials_of(timezone.localdate()), strict=True))
    books = ReceiptSeries.objects.filter(
        agency_id__in={agency_id for agency_id, _ in wanted}, serial__in=serials.values()
    )
    locked = {(book.agency_id, book.kind): book for book in books.select_for_update().order_by("pk")}
    missing = sorted(wanted - locked.keys())
    if missing:
        ReceiptSeries.objects.bulk_create(
            [_book(agency_id, kind, serials[kind]) for agency_id, kind in missing],
            ignore_conflicts=True,
        )
        return _locked_series(wanted)
    return {key: locked[key] for key in sorted(wanted)}
