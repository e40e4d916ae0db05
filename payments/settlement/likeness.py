"""Money that a statement has told of under one number, and a notification or query under another.

The same code, amount and day is probably the same transfer, and a person decides. Notification
and query name a transfer alike, so between them another number is another transfer. What a
statement tells later is judged by its own file (`reconciliation.identity`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from payments.models import Discrepancy, LedgerEvent, Notification
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationSource
from payments.states import MONEY_IN

_JUDGED = (NotificationSource.CALLBACK, NotificationSource.QUERY)


@dataclass(frozen=True, slots=True)
class Heard:
    """Money booked for a payment: how we heard of it, how much (whole đồng) and of which day."""

    source: str
    amount: int
    day: date | None
    money_key: str


@dataclass(slots=True)
class Booked:
    """What is booked, by payment. Grows while a batch is applied."""

    by_payment: dict[int, list[Heard]] = field(default_factory=lambda: defaultdict(list))

    def add(self, payment_id: int, heard: Heard) -> None:
        """Remember money that this batch books."""
        self.by_payment[payment_id].append(heard)

    def twin(self, notification: Notification, payment_id: int, day: date) -> str:
        """Return the money key of what a notification probably tells of once more, "" where nothing is like it.

        Nothing else is then taken to be that money's twin.
        """
        if not notification.is_transfer or notification.source not in _JUDGED:
            return ""
        for heard in self.by_payment.get(payment_id, ()):
            is_alike = (heard.amount, heard.day) == (notification.amount, day)
            if is_alike and heard.source == NotificationSource.STATEMENT:
                self.by_payment[payment_id].remove(heard)
                return heard.money_key
        return ""


def of_payments(payment_ids: Iterable[int]) -> Booked:
    """Return what is booked for payments, except what a case already compares with another notification."""
    booked = Booked()
    events = LedgerEvent.objects.filter(payment__in=list(payment_ids), kind__in=MONEY_IN)
    rows = list(events.order_by("pk").values_list("payment", "cause", "amount", "value_date", "money_key"))
    compared = Discrepancy.objects.filter(
        kind=DiscrepancyKind.LIKELY_BOOKED, notification__isnull=False, payment__in={row[0] for row in rows}
    )
    keys = set(compared.values_list("note", flat=True)) if rows else set()
    for payment_id, source, amount, day, money_key in rows:
        if payment_id and money_key not in keys:
            booked.add(payment_id, Heard(source, amount, day, money_key))
    return booked
