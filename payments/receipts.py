"""Issuing biên lai: one per kind of fee, numbered without gaps, text frozen (I7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils import timezone

from .models import Bill, BillLine, Payment, Receipt, ReceiptSeries
from .models.bills import FeeKind
from .rows import update_rows

SERIAL_PREFIX = {FeeKind.PHI: "BP", FeeKind.LE_PHI: "BL"}


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
    series = _locked_series({(bill.agency_id, kind) for _, bill, kind in wanted})
    receipts = []
    for payment, bill, kind in wanted:
        book = series[bill.agency_id, kind]
        receipts.append(
            Receipt(
                series=book,
                number=book.next_number,
                bill=bill,
                payment=payment,
                kind=kind,
                amount=sum(line.amount for line in lines[bill.pk, kind]),
                payer_name=bill.payer_name,
                agency_name=bill.agency_name,
                lines=[{"description": line.description, "amount": line.amount} for line in lines[bill.pk, kind]],
            )
        )
        book.next_number += 1
    update_rows(ReceiptSeries, series.values(), ["next_number"])
    return Receipt.objects.bulk_create(receipts)


def _locked_series(wanted: set[tuple[int, str]]) -> dict[tuple[int, str], ReceiptSeries]:
    """Return this year's series of each (agency, kind) under lock, opening missing ones."""
    if not wanted:
        return {}
    year = timezone.localdate().strftime("%y")
    serials = {kind: f"{SERIAL_PREFIX[FeeKind(kind)]}-{year}T" for _, kind in wanted}
    books = ReceiptSeries.objects.filter(
        agency_id__in={agency_id for agency_id, _ in wanted}, serial__in=serials.values()
    )
    found = {(book.agency_id, book.kind): book for book in books.select_for_update().order_by("pk")}
    missing = sorted(wanted - found.keys())
    if missing:
        ReceiptSeries.objects.bulk_create(
            [ReceiptSeries(agency_id=agency_id, kind=kind, serial=serials[kind]) for agency_id, kind in missing],
            ignore_conflicts=True,
        )
        return _locked_series(wanted)
    return {key: found[key] for key in sorted(wanted)}
