"""Rows of a file by their day: of one that is closed, and of one that can hardly be right."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import DateField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from django.utils import timezone

from payments.models import ClosedDay, LedgerEvent, MerchantAccount, Statement, StatementRow
from payments.models.statements import NOT_KNOWN, RowState, StatementState
from payments.states import MONEY_IN

from .identity import DAYS_APART


def set_closed_aside(statement: Statement) -> None:
    """A locked day takes no new rows: they wait until it is open again. Rows it knows already may come again."""
    closed = ClosedDay.objects.filter(merchant_account=statement.merchant_account_id).values("day")
    earlier = StatementRow.objects.filter(
        merchant_account=statement.merchant_account_id, gateway_ref=OuterRef("gateway_ref")
    )
    counted = earlier.exclude(statement=statement.pk).exclude(state__in=NOT_KNOWN)
    rows = statement.rows.filter(state=RowState.NEW, value_date__in=closed)
    is_credit = Q(amount__gt=0)
    for sign in (is_credit, ~is_credit):
        rows.filter(sign).exclude(Exists(counted.filter(sign))).update(state=RowState.LOCKED)


def let_in(account: MerchantAccount, day: date) -> None:
    """Let the rows count that waited for a day to be open again. The caller holds the transaction."""
    waiting = StatementRow.objects.filter(merchant_account=account, value_date=day, state=RowState.LOCKED)
    of_files = set(waiting.values_list("statement", flat=True))
    waiting.update(state=RowState.NEW)
    done = Statement.objects.filter(pk__in=of_files, state=StatementState.DONE)
    done.update(state=StatementState.APPLYING, lease_until=None, finished_at=None)


def odd(statement: Statement) -> QuerySet[StatementRow]:
    """Return the rows of a day to come, of one before or after the contract, or far from the day in the ledger.

    A month may have been read as a day. `booked_on` is the day in the ledger where it is far off.
    """
    account = statement.merchant_account
    is_odd = Q(value_date__gt=timezone.localdate()) | Q(booked_on__isnull=False)
    if since := account.valid_during.lower:
        is_odd |= Q(value_date__lt=since)
    if ended := account.valid_during.upper:
        is_odd |= Q(value_date__gte=ended)
    key = Concat(Value(f"{account.gateway}:{account.pk}:"), OuterRef("gateway_ref"))
    near = (_shifted(-DAYS_APART), _shifted(DAYS_APART))
    # The index of what is booked has no empty keys: said so that it serves.
    booked = LedgerEvent.objects.exclude(money_key="").filter(money_key=key, kind__in=MONEY_IN)
    booked = booked.exclude(value_date__range=near)
    rows = statement.rows.exclude(state__in=(RowState.FOREIGN, RowState.DEBIT))
    return rows.annotate(booked_on=Subquery(booked.values("value_date")[:1])).filter(is_odd)


def _shifted(days: timedelta) -> Combinable:
    return ExpressionWrapper(OuterRef("value_date") + Value(days), output_field=DateField())
