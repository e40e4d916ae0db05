"""The first page: what needs attention, and the last fortnight of every account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.charts import Bar, columns
from payments.accounting.access import AccountingStaff, for_accountants
from payments.accounting.day_views import LOOKED_BACK
from payments.accounting.forms import account_name
from payments.accounting.statement_views import to_confirm
from payments.discrepancies import PATIENCE
from payments.exports.params import page_of
from payments.models import Discrepancy, Refund, Statement
from payments.models.discrepancies import CURRENT_KIND, DiscrepancyKind
from payments.models.statements import StatementState
from payments.reconciliation import daily_totals
from payments.states import RefundState

from . import charts

SHOWN = 14
ACCOUNTS = 5
CHART_HEIGHT = 100
SLOT = 40
UNFINISHED = (StatementState.LOADING, StatementState.PREVIEW, StatementState.PROPOSED, StatementState.APPLYING)


@dataclass(frozen=True, slots=True)
class Day:
    """Two bars of one day on one scale, and the middle of its place for its name."""

    ours: Bar[date]
    bank: Bar[date]
    label_x: str


@require_GET
@for_accountants
def overview(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Show the work of the day. The number of queries does not depend on how much there is."""
    today = timezone.localdate()
    accounts = staff.accounts()
    totals = daily_totals.recent(accounts, today - timedelta(days=LOOKED_BACK), today)
    unclosed = [
        (account, account_name(account), row)
        for account in accounts
        for row in totals[account.pk]
        if not row["is_closed"] and row["day"] < today
    ]
    unclosed.sort(key=lambda row: row[2]["day"])
    page = page_of(request, accounts, ACCOUNTS)
    first = today - timedelta(days=SHOWN - 1)
    fortnights = []
    for account in page:
        rows = [row for row in totals[account.pk] if row["day"] >= first]
        fortnights.append((account, account_name(account), rows, chart(rows, first)))
    context = {
        "staff": staff,
        "cases": _open_cases(staff),
        "refunds": _waiting_refunds(staff),
        "files_to_confirm": to_confirm(staff).aggregate(count=Count("id"), oldest=Min("proposed_at")),
        "files": _unfinished_files(staff),
        "unclosed": unclosed[:10],
        "unclosed_count": len(unclosed),
        "page": page,
        "collected": charts.collected(staff, today),
        "open_cases": charts.open_cases(staff, today),
        "fortnights": fortnights,
        "elsewhere": daily_totals.through_others(staff.sees, first, today),
        "chart_width": str(SHOWN * SLOT),
        "today": today,
    }
    return render(request, "payments/accounting/overview.html", context)


def _open_cases(staff: AccountingStaff) -> list[dict[str, Any]]:
    rows = Discrepancy.objects.filter(agency__in=staff.sees, closed_at=None).order_by()
    kinds = rows.values(current=CURRENT_KIND).annotate(count=Count("id"), oldest=Min("opened_at")).order_by("oldest")
    now = timezone.now()
    return [
        {
            **row,
            "kind": row["current"],
            "name": DiscrepancyKind(row["current"]).label,
            "is_late": now - row["oldest"] > PATIENCE,
        }
        for row in kinds
    ]


def _waiting_refunds(staff: AccountingStaff) -> list[dict[str, Any]]:
    waiting = (RefundState.PROPOSED, RefundState.AWAITING_TRANSFER)
    rows = Refund.objects.filter(agency__in=staff.sees, state__in=waiting).order_by()
    states = rows.values("state").annotate(count=Count("id"), oldest=Min("proposed_at")).order_by("oldest")
    return [{**row, "name": RefundState(row["state"]).label} for row in states]


def _unfinished_files(staff: AccountingStaff) -> list[tuple[Statement, str]]:
    rows = Statement.objects.filter(merchant_account__agency__in=staff.sees, state__in=UNFINISHED)
    statements = rows.select_related("merchant_account__agency")[:10]
    return [(statement, account_name(statement.merchant_account)) for statement in statements]


def chart(rows: Sequence[Mapping[str, Any]], first: date) -> list[Day]:
    """Return both sides of the SHOWN days from `first` on as bars that share one scale."""
    by_day = {row["day"]: row for row in rows}
    highest = max((max(row["our_amount"], row["bank_amount"]) for row in rows), default=0)
    if highest <= 0:
        return []
    days = [first + timedelta(days=number) for number in range(SHOWN)]

    def side(name: str, left: int) -> list[Bar[date]]:
        values = ((day, by_day[day][name] if day in by_day else 0) for day in days)
        return columns(values, height=CHART_HEIGHT, slot=SLOT, left=left, highest=highest)

    both = zip(side("our_amount", 5), side("bank_amount", 20), strict=True)
    return [Day(ours, bank, str(number * SLOT + SLOT // 2)) for number, (ours, bank) in enumerate(both)]
