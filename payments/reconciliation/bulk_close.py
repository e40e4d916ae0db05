"""Closes cases of one file together, with one reason: a hundred lines of a wrong file are one decision."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import User
from payments import discrepancies
from payments.errors import RefundRefused
from payments.models import ClosedDay, Discrepancy, Statement, StatementRow
from payments.models.discrepancies import HOLDING_MONEY, DiscrepancyKind

from . import foreign

#: So many at once: each is locked, closed and recorded.
MOST = 1000


def offered(statement: Statement) -> list[tuple[str, str, int]]:
    """Return (kind, in words, how many) of the file's open cases that hold nobody's money."""
    kinds = _open_rows(statement).values_list("discrepancy__kind").annotate(Count("discrepancy", distinct=True))
    return [(kind, str(DiscrepancyKind(kind).label), count) for kind, count in kinds.order_by("discrepancy__kind")]


def _open_rows(statement: Statement) -> QuerySet[StatementRow]:
    rows = statement.rows.filter(discrepancy__isnull=False, discrepancy__closed_at=None)
    return rows.exclude(discrepancy__kind__in=HOLDING_MONEY).order_by()


def close(statement: Statement, kind: str, *, actor: User, resolution: str, is_foreign: bool) -> int:
    """Close the file's open cases of a kind; return how many. With `is_foreign` their rows count for nothing.

    All or none. Raises RefundRefused while a proposal of one is not carried out, or a day of a row that would no
    longer count is closed. Locks the cases, ids ascending.
    """
    with transaction.atomic():
        rows = list(_open_rows(statement).filter(discrepancy__kind=kind).order_by("discrepancy", "pk")[:MOST])
        cases = {row.discrepancy_id for row in rows if row.discrepancy_id}
        locked = Discrepancy.objects.select_for_update().filter(pk__in=cases, closed_at=None).order_by("pk")
        for case in locked.select_related("agency"):
            discrepancies.close(case, actor=actor, resolution=resolution)
        if is_foreign:
            _set_aside(rows)
        facts = {"kind": kind, "count": len(cases), "is_foreign": is_foreign}
        agency = statement.merchant_account.agency
        audit.record("statement_close_cases", f"statement:{statement.pk}", actor=actor, agency=agency, **facts)
    return len(cases)


def close_one(case: Discrepancy, *, actor: User, resolution: str, is_foreign: bool) -> None:
    """Close one case, with `is_foreign` as `close`. Raises as `discrepancies.close`, and as `close`."""
    with transaction.atomic():
        discrepancies.close(case, actor=actor, resolution=resolution)
        if is_foreign:
            _set_aside(list(case.rows.all()))


def _set_aside(rows: Sequence[StatementRow]) -> None:
    """Let rows count for nothing that booked nothing; a closed day stays what it was."""
    for account, day in {(row.merchant_account_id, row.value_date) for row in rows}:
        if ClosedDay.objects.filter(merchant_account=account, day=day).exists():
            text = _("Ngày %(day)s đã khóa sổ với các dòng này: nhờ quản trị tỉnh mở lại ngày đó trước.")
            raise RefundRefused(text % {"day": f"{day:%d/%m/%Y}"})
    foreign.set_aside([row for row in rows if row.event_id is None])
