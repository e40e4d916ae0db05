"""The accountants' search: interprets what was typed and finds the payments it may mean.

A text may mean several things (150000 is an amount and may be a bank's number), so each meaning
is looked up by an index of its own and whatever fits any of them is found. What a bill stands
for knows more (a dossier's code however typed, its owner's phone): the apps above payments
`register` how they find bills by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.values import identity, money
from payments.models.cash_desk import Tender

from .models import Bill, Discrepancy, LedgerEvent, MerchantAccount, Payment
from .states import MONEY_IN

#: Given a text, returns primary keys of bills, or None when the text cannot mean any.
Lookup = Callable[[str], "QuerySet[Any, Any] | None"]
_LOOKUPS: list[Lookup] = []
#: Days outside of these years are nobody's: arithmetic at the ends of the calendar fails.
YEARS = (2000, 2100)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")
#: A contract's own name in `money_key`; a province has dozens of contracts.
MOST_CONTRACTS = 500
#: Of an amount that more bills ask for, the rows are met on the way through a list sooner than looked up together.
COMMON = 2000


def register(lookup: Lookup) -> None:
    """Let an app above find bills by what only it knows of them."""
    _LOOKUPS.append(lookup)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text can mean beside a code or number: whole đồng, a day in Viet Nam."""

    text: str
    amount: int | None = None
    day: date | None = None


def understand(text: str, today: date) -> Meaning:
    """Read `150.000`, `150k`, `23/11/2026`, `23/11` (the last one that was), `2026-11-23`; anything may be a code."""
    text = " ".join(text.split())
    return Meaning(text, money.read(text), _day(text, today))


def _day(text: str, today: date) -> date | None:
    """Return the day a text says, if it is one money may have come on."""
    try:
        parsed = _any_day(text, today)
    except ValueError:
        return None
    return parsed if parsed and YEARS[0] <= parsed.year <= YEARS[1] else None


def _any_day(text: str, today: date) -> date | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    if not (match := _DAY.fullmatch(text)):
        return None
    day, month, year = int(match[1]), int(match[2]), match[3]
    if year:
        return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)


def is_personal(text: str) -> bool:
    """Tell whether a text names or numbers a person, so that no address and no log may show it (S-64)."""
    try:
        identity.clean_phone(text)
    except ValidationError:
        return bool(text) and not re.search(r"\d", text)
    return True


def span(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Return the moments in Viet Nam at which the first day begins and the last one is over."""

    def begin(day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, time()))

    return begin(first) if first else None, begin(last + timedelta(days=1)) if last else None


def on_days(rows: QuerySet[Payment], first: date | None, last: date | None) -> QuerySet[Payment]:
    """Keep the payments of some days: of their money, or where none came, of the attempt."""
    start, end = span(first, last)
    if not start and not end:
        return rows
    dated: Any = rows.alias(day=Coalesce("paid_at", "created_at"))
    if start:
        dated = dated.filter(day__gte=start)
    return cast("QuerySet[Payment]", dated.filter(day__lt=end) if end else dated)


def payments(meaning: Meaning, of: str = "") -> Q:
    """Return the condition on a payment that a text may mean, of any agency: the caller narrows it.

    `of` is the way from a row to its payment (`payment__`). One small query when the text may be an amount.
    """
    text, either = meaning.text, {meaning.text, meaning.text.upper()}
    every = Payment.objects.order_by()
    # Named only so that the index over gateway and reference serves.
    contracts = MerchantAccount.objects.order_by().values("gateway")
    querysets = [
        every.filter(gateway_ref__in=either),
        every.filter(merchant_ref__in=either, gateway__in=contracts),
        every.filter(bill__reference__in=either),
        every.filter(counter__terminal_ref__in=either, counter__tender=Tender.POS),
        every.filter(pk__in=_booked(either).values("payment")),
    ]
    is_common = False
    if meaning.amount is not None:
        wanted = Bill.objects.order_by().filter(amount=meaning.amount).values("pk")
        if not (is_common := wanted[: COMMON + 1].count() > COMMON):
            querysets.append(every.filter(bill__in=wanted))
    if meaning.day:
        querysets.append(on_days(every, meaning.day, meaning.day))
    querysets += [every.filter(bill__in=bills) for lookup in _LOOKUPS if (bills := lookup(text)) is not None]
    first, *rest = (rows.values("pk") for rows in querysets)
    condition = Q(**{f"{of}pk__in": first.union(*rest, all=True)})
    return condition | Q(**{f"{of}bill__amount": meaning.amount}) if is_common else condition


def bills(meaning: Meaning) -> Q:
    """Return the condition on a `bill` that a code or what an app above knows names; part of a code is enough."""
    condition = Q(bill__reference__icontains=meaning.text)
    for lookup in _LOOKUPS:
        if (pks := lookup(meaning.text)) is not None:
            condition |= Q(bill__in=pks)
    return condition


def cases(meaning: Meaning) -> Q:
    """Return the condition on a case that a text may mean: its bill, the bank's or our number, its amount or day."""
    text, either = meaning.text, {meaning.text, meaning.text.upper()}
    condition = bills(meaning) | Q(notification__gateway_ref__in=either) | Q(notification__merchant_ref__in=either)
    condition |= Q(payment__merchant_ref__in=either) | Q(payment__gateway_ref__in=either) | Q(note__startswith=text)
    if meaning.amount is not None:
        condition |= Q(amount=meaning.amount)
    if meaning.day:
        start, end = span(meaning.day, meaning.day)
        condition |= Q(opened_at__gte=start, opened_at__lt=end)
    return condition


def cases_of(meaning: Meaning, agencies: Collection[int]) -> QuerySet[Discrepancy]:
    """Return the cases of some agencies that a text may mean."""
    return Discrepancy.objects.filter(cases(meaning), agency__in=agencies)


def _booked(references: Collection[str]) -> QuerySet[LedgerEvent]:
    """Return what was booked under a bank's number, surplus too, which no payment carries as its own number."""
    contracts = MerchantAccount.objects.order_by().values_list("gateway", "pk")[:MOST_CONTRACTS]
    keys = [f"{gateway}:{pk}:{reference}" for gateway, pk in contracts for reference in references]
    return LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN).order_by()
