"""Daily totals: what we booked, what the bank reports, and what explains the difference.

The two totals always differ by exactly the sum of the listed differences; a day can be
closed when each of those has a discrepancy or is only a matter of which day it fell on (I10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from gateways import internal, registry
from payments import discrepancies
from payments.errors import DayNotClosable
from payments.models import ClosedDay, Discrepancy, LedgerEvent, MerchantAccount, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import NOT_COUNTED, StatementState
from payments.states import MONEY_IN

from . import row_days

_COUNTED = (StatementState.APPLYING, StatementState.DONE)


@dataclass(frozen=True, slots=True)
class Difference:
    """One reason why the totals differ: `amount` is bank less ours, whole đồng.

    `kind` is `not_in_statement`, `amount_differs`, `not_booked` or `other_day`; all but
    the last need a discrepancy.
    """

    kind: str
    amount: int
    event: LedgerEvent | None = None
    row: StatementRow | None = None
    case: Discrepancy | None = None

    @property
    def is_explained(self) -> bool:
        """Somebody answers for it, or it is only the other side of midnight."""
        return self.case is not None or self.kind == "other_day"

    @property
    def is_open(self) -> bool:
        """Somebody answers for it and has not said yet why it is there."""
        return self.case is not None and self.case.closed_at is None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one merchant account, as both sides see it."""

    account: MerchantAccount
    day: date
    our_amount: int
    our_count: int
    bank_amount: int
    bank_count: int
    differences: tuple[Difference, ...]
    closed: ClosedDay | None

    @property
    def difference(self) -> int:
        """Bank less ours, whole đồng."""
        return self.bank_amount - self.our_amount

    @property
    def unexplained(self) -> int:
        """What nobody answers for yet, added up without signs, whole đồng."""
        return sum(abs(difference.amount) for difference in self.differences if not difference.is_explained)

    @property
    def waiting(self) -> int:
        """What somebody answers for and nobody has explained yet, added up without signs, whole đồng."""
        return sum(abs(difference.amount) for difference in self.differences if difference.is_open)


def figures(account: MerchantAccount, day: date) -> Day:
    """Return both sides of a day with every difference listed."""
    ours = LedgerEvent.objects.filter(merchant_account=account, value_date=day, kind__in=MONEY_IN)
    theirs = StatementRow.objects.filter(
        merchant_account=account, value_date=day, statement__state__in=_COUNTED
    ).exclude(state__in=NOT_COUNTED)
    our_total = ours.aggregate(amount=Sum("amount", default=0), count=Count("id"))
    bank_total = theirs.aggregate(amount=Sum("amount", default=0), count=Count("id"))
    return Day(
        account=account,
        day=day,
        our_amount=our_total["amount"],
        our_count=our_total["count"],
        bank_amount=bank_total["amount"],
        bank_count=bank_total["count"],
        differences=tuple(_differences(ours, theirs, day)),
        closed=ClosedDay.objects.filter(merchant_account=account, day=day).select_related("closed_by").first(),
    )


def _differences(ours: QuerySet[LedgerEvent], theirs: QuerySet[StatementRow], day: date) -> Iterator[Difference]:
    counted = StatementRow.objects.filter(event=OuterRef("pk"), statement__state__in=_COUNTED)
    missing = list(ours.exclude(Exists(counted)).select_related("bill", "payment"))
    # A line that is probably this money under another number explains it as long as somebody is to decide.
    opened = Discrepancy.objects.filter(note__in=[event.money_key for event in missing]).filter(
        Q(kind=DiscrepancyKind.NOT_IN_STATEMENT) | Q(kind=DiscrepancyKind.LIKELY_BOOKED, closed_at=None)
    )
    cases = {case.note: case for case in opened}
    for event in missing:
        yield Difference("not_in_statement", -event.amount, event=event, case=cases.get(event.money_key))
    for event in ours.filter(Exists(counted.exclude(value_date=day))).select_related("bill", "payment"):
        yield Difference("other_day", -event.amount, event=event)
    rows = theirs.select_related("event__bill", "event__payment", "discrepancy__bill")
    for row in rows.filter(event__isnull=False).exclude(event__value_date=day):
        yield Difference("other_day", row.amount, row=row, event=row.event)
    for row in rows.filter(event__value_date=day).exclude(event__amount=F("amount")):
        yield Difference(
            "amount_differs", row.amount - (row.event.amount if row.event else 0), row=row, case=row.discrepancy
        )
    for row in rows.filter(event=None):
        yield Difference("not_booked", row.amount, row=row, case=row.discrepancy)


def open_missing_cases(account: MerchantAccount, day: date) -> int:
    """Open a discrepancy for all money of a day that no statement has; return how many were opened."""
    missing = [
        difference.event
        for difference in figures(account, day).differences
        if difference.event and difference.kind == "not_in_statement" and not difference.is_explained
    ]
    with transaction.atomic():
        for event in missing:
            discrepancies.new_discrepancy(
                DiscrepancyKind.NOT_IN_STATEMENT,
                agency_id=event.bill.agency_id if event.bill else account.agency_id,
                bill=event.bill,
                payment=event.payment,
                amount=event.amount,
                note=event.money_key,
            ).save()
    return len(missing)


def close(account: MerchantAccount, day: date, *, actor: User) -> ClosedDay:
    """Lock a day on which nothing is unexplained. Raises DayNotClosable.

    Locks the merchant account, so that two people close a day once.
    """
    if day >= timezone.localdate():
        raise DayNotClosable(0)
    with transaction.atomic():
        locked = MerchantAccount.objects.select_for_update().get(pk=account.pk)
        totals = figures(locked, day)
        if totals.closed:
            return totals.closed
        is_reading = Statement.objects.filter(merchant_account=locked, state=StatementState.APPLYING).exists()
        if totals.unexplained or is_reading:
            raise DayNotClosable(totals.unexplained)
        closed = ClosedDay.objects.create(
            merchant_account=locked,
            day=day,
            our_amount=totals.our_amount,
            our_count=totals.our_count,
            bank_amount=totals.bank_amount,
            bank_count=totals.bank_count,
            explained_amount=totals.difference,
            closed_by=actor,
        )
        audit.record("day_close", f"merchant:{locked.pk}:{day}", actor=actor, agency=locked.agency)
    return closed


def reopen(closed: ClosedDay, *, actor: User, reason: str) -> None:
    """Unlock a day, and let the rows count that waited for it; who and why stays in the audit."""
    with transaction.atomic():
        account = closed.merchant_account
        audit.record(
            "day_reopen", f"merchant:{account.pk}:{closed.day}", actor=actor, agency=account.agency, reason=reason
        )
        closed.delete()
        row_days.let_in(account, closed.day)


def recent(accounts: Sequence[MerchantAccount], first: date, last: date) -> dict[int, list[dict[str, Any]]]:
    """Return totals per day, newest first, by account, in three queries: for the list of days."""
    kept = {"merchant_account__in": [account.pk for account in accounts]}
    span = (first, last)
    ours = _totals(LedgerEvent.objects.filter(**kept, value_date__range=span, kind__in=MONEY_IN))
    theirs = _totals(
        StatementRow.objects.filter(**kept, value_date__range=span, statement__state__in=_COUNTED).exclude(
            state__in=NOT_COUNTED
        )
    )
    closed = set(ClosedDay.objects.filter(**kept, day__range=span).values_list("merchant_account", "day"))
    nothing = (0, 0)
    by_account: dict[int, list[dict[str, Any]]] = {account.pk: [] for account in accounts}
    for key in sorted(ours.keys() | theirs.keys() | closed, key=lambda key: key[1], reverse=True):
        (our_amount, our_count), (bank_amount, bank_count) = ours.get(key, nothing), theirs.get(key, nothing)
        by_account[key[0]].append(
            {
                "day": key[1],
                "our_amount": our_amount,
                "our_count": our_count,
                "bank_amount": bank_amount,
                "bank_count": bank_count,
                "difference": bank_amount - our_amount,
                "is_closed": key in closed,
            }
        )
    return by_account


def through_others(agencies: Collection[int], first: date, last: date) -> list[dict[str, Any]]:
    """Return what came for bills of agencies through contracts of others, which those reconcile: by contract.

    A commune's payers often pay through the contract of its province.
    """
    others = MerchantAccount.objects.exclude(agency__in=agencies).exclude(gateway__in=internal.SLUGS)
    events = LedgerEvent.objects.filter(
        merchant_account__in=others, value_date__range=(first, last), kind__in=MONEY_IN, bill__agency__in=agencies
    )
    by_contract = events.order_by().values("merchant_account").annotate(amount=Sum("amount"), count=Count("id"))
    rows = [dict(row) for row in by_contract.order_by("-amount")]
    accounts = MerchantAccount.objects.select_related("agency").in_bulk([row["merchant_account"] for row in rows])
    for row in rows:
        account = row["account"] = accounts[row["merchant_account"]]
        row["contract"] = f"{registry.name_of(account.gateway)} · {account.merchant_id}"
    return rows


def _totals(rows: QuerySet[Any]) -> dict[tuple[int, date], tuple[int, int]]:
    totals = rows.values_list("merchant_account", "value_date").annotate(Sum("amount"), Count("id")).order_by()
    return {(account, day): (amount, count) for account, day, amount, count in totals}
