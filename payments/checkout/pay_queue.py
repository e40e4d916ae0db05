"""Queue of bills that one browser pays one after the other.

See docs/decisions/0007-several-dossiers-one-payment-each.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from payments.models import Bill
from payments.states import BillState

_SESSION = "sequence"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the row a bill stands: `number` of `count`; `following` is the next that is still owed, if any."""

    number: int
    count: int
    following: Bill | None
    following_number: int


def begin(session: SessionBase, tokens: Sequence[str]) -> None:
    """Remember which bills are to be paid, in their order."""
    session[_SESSION] = list(tokens)


def place_of(session: SessionBase, token: str) -> Place | None:
    """Return the place of a bill in the browser's row, in two queries; None when it is not in it."""
    tokens: list[str] = session.get(_SESSION, [])
    if token not in tokens:
        return None
    at = tokens.index(token)
    still_open = Bill.objects.filter(token__in=tokens, state=BillState.OPEN).prefetch_related("discrepancies")
    owed = {bill.token: bill for bill in still_open if bill.missing_amount}
    later = next((other for other in (*tokens[at + 1 :], *tokens[:at]) if other in owed), None)
    return Place(at + 1, len(tokens), owed[later] if later else None, tokens.index(later) + 1 if later else 0)
