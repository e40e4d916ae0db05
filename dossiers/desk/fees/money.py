"""All the money of a dossier for the desk: what came, is missing or under way, and what somebody has to settle."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from dossiers.models import Dossier
from gateways import registry
from payments import charge_claims
from payments.models import Bill, Discrepancy, Payment
from payments.states import BillState

from .state import payments_of


@dataclass(frozen=True, slots=True)
class BillMoney:
    """One bill. `received` and `missing` are whole đồng; `attempts` are pairs of payment and gateway's name."""

    bill: Bill
    received: int
    missing: int
    attempts: list[tuple[Payment, str]]
    discrepancies: list[Discrepancy]


def money_of(dossier: Dossier) -> list[BillMoney]:
    """Return the bills of which there is more to say than their state. Reads `bills`."""
    rows = [_money(bill) for bill in dossier.bills.all()]
    return [row for row in rows if row.received or row.attempts or row.discrepancies]


def _money(bill: Bill) -> BillMoney:
    is_open = bill.state == BillState.OPEN
    under_way = bill.attempts_under_way(timezone.now()) if is_open else []
    return BillMoney(
        bill,
        received=bill.received_amount if is_open else 0,
        missing=bill.missing_amount,
        attempts=[(payment, registry.name_of(payment.gateway)) for payment in under_way],
        discrepancies=[each for each in bill.discrepancies.all() if each.closed_at is None],
    )


def attempts_of(dossier: Dossier) -> list[tuple[Payment, str, int | None]]:
    """Return every attempt to pay, newest first: its gateway's name, and what came of it in another sum, if so."""
    came = {pk: amount for bill in dossier.bills.all() for pk, amount in bill.wrong_sums.items()}
    return [(payment, registry.name_of(payment.gateway), came.get(payment.pk)) for payment in payments_of(dossier)]


def claimable_of(dossier: Dossier) -> list[Payment]:
    """Return the attempts somebody may say they were charged for, newest first."""
    bills = dossier.bills.prefetch_related("payments__claim")
    return sorted((each for bill in bills for each in charge_claims.claimable(bill)), key=lambda payment: -payment.pk)
