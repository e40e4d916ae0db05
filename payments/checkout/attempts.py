"""Attempts to pay a bill as its payer reads them: through which gateway, what became of it, what came."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from gateways import internal, registry
from payments.models import Bill, LedgerEvent, Payment
from payments.states import MONEY_IN


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came, whole đồng."""

    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt with what came of it; `is_exact` when that is one transfer of its sum, or nothing."""

    payment: Payment
    name: str
    transfers: tuple[Transfer, ...]
    is_exact: bool


def gateway_name(payment: Payment | None) -> str:
    """Return the name people know a gateway by."""
    return registry.name_of(payment.gateway) if payment else ""


def attempts_of(bill: Bill) -> list[Attempt]:
    """Return the attempts of a bill, oldest first, in one query. Reads `payments`: prefetch them.

    An attempt through a gateway of ours (cash, moved money) has succeeded or does not exist.
    """
    came: dict[int | None, list[Transfer]] = defaultdict(list)
    for event in LedgerEvent.objects.filter(bill=bill, kind__in=MONEY_IN).order_by("id"):
        came[event.payment_id].append(Transfer(event.amount, event.at))
    payments = sorted(bill.payments.all(), key=lambda payment: payment.pk)
    return [
        Attempt(
            payment,
            gateway_name(payment),
            tuple(came[payment.pk]),
            [each.amount for each in came[payment.pk]] in ([], [payment.amount]),
        )
        for payment in payments
        if payment.gateway not in internal.SLUGS
    ]
