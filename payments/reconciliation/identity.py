"""Which transaction of the ledger a line of a statement is, although its number is written otherwise.

The exact number decides first (`matching`). Of the rest, a number that differs only in notation
is the same transaction; another number with the same code, amount and day is probably the same
one, and a person decides. What a line is taken for, no other line of the file is taken for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.values.text import fold, unaccented
from payments.models import LedgerEvent, Notification, Statement, StatementRow
from payments.states import MONEY_IN

from . import codes
from .formats.values import EXACT_DIGITS

#: A notation may come with a day of its own: booked at once, or on the next working day.
DAYS_APART = timedelta(days=3)
#: Shorter numbers stand in others by chance.
_TELLING = 8
#: Shorter texts are written by many people on one day.
_TELLING_TEXT = 12


@dataclass(frozen=True, slots=True)
class Likeness:
    """The booked transaction a row is, for certain (`is_same`) or probably."""

    event: LedgerEvent
    is_same: bool


@dataclass(slots=True)
class _Booked:
    """A booked transaction: its number at the bank, the code it was for, what the payer wrote."""

    event: LedgerEvent
    reference: str
    code: str = ""
    text: str = ""


def normal(reference: str) -> str:
    """Return a bank's number without what notations differ in: case, signs, leading zeros of digits."""
    letters = re.sub(r"[^0-9A-Z]", "", unaccented(reference).upper())
    return letters.lstrip("0") or letters if letters.isdecimal() else letters


def likenesses(statement: Statement, rows: Sequence[StatementRow]) -> dict[int, Likeness]:
    """Return what rows of one file, whose own number the ledger does not know, are in it, by the row's id.

    A row that has a case already was judged by a person. Reads the ledger of the rows' days and
    amounts once, whatever the number of rows.
    """
    rows = [row for row in rows if row.discrepancy_id is None]
    by_amount: dict[int, list[_Booked]] = defaultdict(list)
    for booked in _booked_elsewhere(statement, rows):
        by_amount[booked.event.amount].append(booked)
    alike: dict[int, Likeness] = {}
    for is_like, is_same in ((_is_same, True), (_is_probable, False)):
        for row in rows:
            if row.pk in alike:
                continue
            similar = [booked for booked in by_amount[row.amount] if is_like(row, booked)]
            if similar and (len(similar) == 1 or not is_same):
                by_amount[row.amount].remove(similar[0])
                alike[row.pk] = Likeness(similar[0].event, is_same)
    return alike


def _booked_elsewhere(statement: Statement, rows: Sequence[StatementRow]) -> Iterator[_Booked]:
    """Yield the money booked on the rows' days whose own number this file does not have."""
    if not rows:
        return
    days = [row.value_date for row in rows]
    events = list(
        LedgerEvent.objects.filter(
            merchant_account=statement.merchant_account_id,
            value_date__range=(min(days) - DAYS_APART, max(days) + DAYS_APART),
            kind__in=MONEY_IN,
            amount__in={row.amount for row in rows},
        ).select_related("payment", "bill")
    )
    references = {event.pk: event.reference for event in events}
    in_file = _in_file(statement, references.values())
    taken = set(statement.rows.filter(event__in=references).values_list("event", flat=True))
    notifications = Notification.objects.only("merchant_ref", "facts").in_bulk(
        [int(event.cause_id) for event in events if event.cause_id.isdecimal()]
    )
    for event in events:
        if references[event.pk] in in_file or event.pk in taken:
            continue
        booked = _Booked(event, references[event.pk], event.payment.merchant_ref if event.payment else "")
        if event.cause_id.isdecimal() and (notification := notifications.get(int(event.cause_id))):
            booked.code = booked.code or notification.merchant_ref
            booked.text = notification.text
        yield booked


def _in_file(statement: Statement, references: Iterable[str]) -> set[str]:
    rows = statement.rows.filter(gateway_ref__in=list(references))
    return set(rows.values_list("gateway_ref", flat=True))


def _is_same(row: StatementRow, booked: _Booked) -> bool:
    is_near = booked.event.value_date and abs(booked.event.value_date - row.value_date) <= DAYS_APART
    return bool(is_near) and normal(row.gateway_ref) == normal(booked.reference)


def _is_probable(row: StatementRow, booked: _Booked) -> bool:
    if booked.event.value_date != row.value_date:
        return False
    code = row.merchant_ref or codes.code_in(row.description)
    if code or booked.code:
        return normal(code) == normal(booked.code) or _is_mangled(row.gateway_ref, booked.reference)
    return _is_mangled(row.gateway_ref, booked.reference) or _is_same_text(row.description, booked.text)


def _is_mangled(one: str, other: str) -> bool:
    """One number stands in the other, or they agree in all digits a spreadsheet keeps."""
    shorter, longer = sorted((normal(one), normal(other)), key=len)
    if len(shorter) >= _TELLING and shorter in longer:
        return True
    kept = shorter[:EXACT_DIGITS]
    is_cut = kept.isdecimal() and len(shorter) > EXACT_DIGITS and len(shorter) == len(longer)
    return (
        is_cut
        and longer.startswith(kept)
        and not (shorter[EXACT_DIGITS:].strip("0") and longer[EXACT_DIGITS:].strip("0"))
    )


def _is_same_text(one: str, other: str) -> bool:
    folded = fold(one)
    return len(folded) >= _TELLING_TEXT and folded == fold(other)
