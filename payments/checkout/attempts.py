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
    """Money that came, whole đồng; `reference` is the bank's number of it."""

    amount: int
    at: datetime
    reference: str = ""


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


def _number(event: LedgerEvent) -> str:
    """Return the bank's number of money; where it gave none the ledger has ours, which is no number of theirs."""
    return "" if event.reference.startswith("ref:") else event.reference


def attempts_of(bill: Bill) -> list[Attempt]:
    """Return the attempts of a bill, oldest first, in one query. Reads `payments`: prefetch them.

    An attempt through a gateway of ours (cash, moved money) has succeeded or does not exist.
    """
    came: dict[int | None, list[Transfer]] = defaultdict(list)
    for event in LedgerEvent.objects.filter(bill=bill, kind__in=MONEY_IN).order_by("id"):
        came[event.payment_id].append(Transfer(event.amount, event.at, _number(event)))
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


def bank_numbers(bill: Bill, attempts: list[Attempt]) -> list[str]:
    """Return the banks' numbers of all money that came for a bill, in its order; of a card its terminal's."""
    numbers = [transfer.reference for attempt in attempts for transfer in attempt.transfers]
    if not any(numbers) and (settling := bill.settling_payment):
        numbers = [settling.gateway_ref]
    return list(dict.fromkeys(number for number in numbers if number))
