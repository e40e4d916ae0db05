"""What a payment was booked by, in words, and the people who answer for it where no bank signed."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from payments.models import LedgerEvent, Payment, Statement, StatementRow
from payments.models.notifications import NotificationSource
from payments.states import EventKind, Evidence


def with_files(path: str = "") -> Prefetch[Any]:
    """Return what loads the files that brought money as `file_events` of each payment, behind `path` of a row."""
    rows = StatementRow.objects.exclude(notification=None)
    people = ("statement__uploaded_by", "statement__confirmed_by", "statement__merchant_account__agency")
    events = LedgerEvent.objects.filter(kind=EventKind.PAYMENT_PAID, cause=NotificationSource.STATEMENT)
    of_rows = Prefetch("statement_rows", rows.select_related(*people), to_attr="telling_rows")
    return Prefetch(f"{path}events", events.order_by("-pk").prefetch_related(of_rows), to_attr="file_events")


def in_words(payment: Payment) -> str:
    """Return what a payment was booked by, "" before; of a file who sent it in and who confirmed it.

    Reads what `with_files` loads. A file of another agency names the agency only.
    """
    if payment.evidence != Evidence.FILE:
        return payment.get_evidence_display()
    statement = _statement_of(payment)
    if statement is None:
        return str(Evidence.FILE.label)
    if statement.merchant_account.agency_id != payment.bill.agency_id:
        agency = statement.merchant_account.agency.name
        return _("Theo tệp của %(agency)s, hai người xác nhận") % {"agency": agency}
    people = {"uploader": statement.uploaded_by or _("máy chủ"), "confirmer": statement.confirmed_by}
    return _("Theo tệp, %(uploader)s nạp, %(confirmer)s xác nhận") % people


def _statement_of(payment: Payment) -> Statement | None:
    rows = (row for event in payment.file_events for row in event.telling_rows)  # type: ignore[attr-defined]
    row = next(rows, None)
    return row.statement if row else None
