"""What confirming a file would make of one row: told by its number where the ledger knows it, else by a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from payments.models import Bill, LedgerEvent, Payment, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind

#: As `matching._MATCH` tells them apart.
_KNOWN = """
SELECT row.id, event.id AS event_id,
       CASE WHEN earlier.id IS NOT NULL THEN 'repeated' WHEN row.amount < 0 THEN 'taken_back'
            WHEN event.id IS NULL THEN 'new' WHEN event.amount = row.amount THEN 'matched' ELSE 'differs' END AS known
FROM payments_statementrow row
LEFT JOIN LATERAL (
    SELECT id FROM payments_statementrow other
    WHERE other.merchant_account_id = row.merchant_account_id AND other.gateway_ref = row.gateway_ref
      AND other.statement_id <> row.statement_id AND other.state NOT IN ('new', 'foreign', 'debit', 'locked')
      AND (other.amount > 0) = (row.amount > 0) LIMIT 1) earlier ON true
LEFT JOIN payments_ledgerevent event
       ON event.money_key = %(prefix)s || row.gateway_ref AND event.kind IN ('payment_paid', 'money_received')
WHERE row.statement_id = %(statement)s AND row.state = 'new'
"""
_COUNT = f"SELECT known, count(*) FROM ({_KNOWN}) AS judged GROUP BY known"  # noqa: S608
_ROWS = f"SELECT id FROM ({_KNOWN}) AS judged WHERE known = %(known)s ORDER BY id LIMIT %(limit)s"  # noqa: S608
_OF_ROWS = f"SELECT id, event_id, known FROM ({_KNOWN} AND row.id = ANY(%(rows)s)) AS judged"  # noqa: S608


class FateKind(models.TextChoices):
    """What becomes of a row; in the order in which people look at them."""

    OPENS = "opens", _("Không ghi được cho khoản nào: mở vụ việc")
    DIFFERS = "differs", _("Khác số tiền đã ghi sổ: mở vụ việc")
    TAKEN_BACK = "taken_back", _("Ngân hàng lấy lại tiền: mở vụ việc")
    LIKELY = "likely", _("Có lẽ đã ghi nhận dưới số khác: bạn quyết định")
    SETTLES = "settles", _("Ghi nhận đã nộp")
    LOCKED = "locked", _("Chờ mở lại ngày đã khóa sổ")
    DEBIT = "debit", _("Tiền ra khác: không tính")
    REPEATED = "repeated", _("Đã có ở sao kê trước: bỏ qua")
    MATCHED = "matched", _("Khớp với sổ: không đổi gì")
    UNSEEN = "unseen", _("Biết sau khi xác nhận")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one row: `case` is the kind of the discrepancy it opens, `payment` whose money it is,
    `event` the booked money it is or seems to be, `bill` what it would be proposed for."""

    kind: str
    case: str = ""
    payment: Payment | None = None
    event: LedgerEvent | None = None
    bill: Bill | None = None

    @property
    def label(self) -> str:
        """Return what becomes of the row, in words."""
        return str(FateKind(self.kind).label)

    @property
    def case_in_words(self) -> str:
        """Return the kind of the discrepancy as people call it."""
        return str(DiscrepancyKind(self.case).label) if self.case else ""


def counts(statement: Statement) -> dict[str, int]:
    """Return how many rows the ledger knows as what, and how many not (`new`)."""
    return dict(_asked(statement, _COUNT))


def rows_known_as(statement: Statement, kind: str, most: int) -> list[int]:
    """Return the first rows that the ledger knows so, by id."""
    return [pk for (pk,) in _asked(statement, _ROWS, known=kind, limit=most)]


def of_known(statement: Statement, rows: Sequence[StatementRow]) -> dict[int, Fate]:
    """Return what becomes of those of these rows that the ledger knows, by id."""
    judged = {pk: (event_id, kind) for pk, event_id, kind in _asked(statement, _OF_ROWS, rows=[row.pk for row in rows])}
    events = LedgerEvent.objects.select_related("bill", "payment__bill").in_bulk(
        [event_id for event_id, _kind in judged.values() if event_id]
    )
    return {
        pk: Fate(kind, payment=event.payment if (event := events.get(event_id)) else None, event=event)
        for pk, (event_id, kind) in judged.items()
        if kind != "new"
    }


def _asked(statement: Statement, query: str, **values: Any) -> list[tuple[Any, ...]]:
    account = statement.merchant_account
    given: dict[str, Any] = {"prefix": f"{account.gateway}:{account.pk}:", "statement": statement.pk, **values}
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())
