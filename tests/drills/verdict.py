"""The judge: the banks' books against ours. Every đồng they took is settled once, and nothing else is."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

from .system import System, wait_until


@dataclass
class Verdict:
    """What is wrong; all empty is the proof."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    violations: list[Any] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, invented or inconsistent."""
        return not (self.lost or self.doubled or self.invented or self.violations)


def bank_transactions(system: System) -> list[dict[str, Any]]:
    """Return what the banks took, with the reference and amount of each."""
    answer = requests.get(f"{system.sandbox_url}/control/transactions", timeout=30)
    return [row for row in answer.json()["transactions"] if row["state"] == "paid"]


def compare(system: System) -> Verdict:
    """Compare both books, all of them since the first drill."""
    taken = Counter((row["gateway"], row["ref"], row["bank_ref"], row["amount"]) for row in bank_transactions(system))
    booked = Counter(
        system.query(
            """SELECT payment.gateway, payment.merchant_ref, split_part(event.money_key, ':', 3), event.amount
               FROM payments_ledgerevent event JOIN payments_payment payment ON payment.id = event.payment_id
               WHERE event.money_key <> ''"""
        )
    )
    # Everybody pays once and the right amount, so here a surplus is a settlement that went wrong.
    unsettled = system.query(
        """SELECT payment.gateway, payment.merchant_ref FROM payments_payment payment
           JOIN payments_bill bill ON bill.id = payment.bill_id
           LEFT JOIN payments_receipt receipt ON receipt.payment_id = payment.id
           WHERE payment.state = 'paid'
           GROUP BY payment.id, bill.id
           HAVING NOT payment.is_applied OR bill.state <> 'paid' OR count(receipt.id) <> 1
           UNION ALL SELECT kind, money_key || cause_id FROM payments_ledgerevent WHERE kind = 'surplus'"""
    )
    verdict = Verdict()
    verdict.lost = [f"{key} {count}" for key, count in (taken - booked).items()]
    verdict.lost += [f"{key} not settled with one receipt" for key in unsettled]
    verdict.doubled = [f"{key} {count} times" for key, count in booked.items() if count > 1]
    verdict.invented = [f"{key}" for key in booked if key not in taken]
    return verdict


def wait_for_peace(system: System, seconds: float) -> tuple[Verdict, float]:
    """Wait until everything the banks took is settled; return the verdict and seconds since the last payment."""
    transactions = bank_transactions(system)
    last = max((row["paid_at"] for row in transactions), default=time.time())
    # Everybody has paid, so this number stands; asking for it is cheaper than comparing the books.
    wait_until(lambda: applied(system) >= len(transactions), seconds)
    took = time.time() - last
    verdict = compare(system)
    verdict.violations = system.check_ledger()
    return verdict, took


def applied(system: System) -> int:
    """Return how many payments have settled a bill since the first drill."""
    return int(system.query("SELECT count(*) FROM payments_payment WHERE is_applied")[0][0])
