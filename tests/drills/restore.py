"""The database is restored to a state some minutes old: what the banks took since is found again (R-57, R-66).

A backup is taken at T. After it, attempts that were open are paid, and others are begun and paid of which the backup
knows nothing. Then PostgreSQL dies and T is restored, and the steps of docs/operations.md are gone through: receipt
numbers skipped, the sweeper alone, bills sent again, statements, moves by two persons. The banks' books judge.
"""

from __future__ import annotations

import csv
import json
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .payers import GATEWAYS, Payers
from .system import System, wait_until
from .verdict import Verdict, bank_transactions, wait_for_peace

NAME = "restore to T"
BEFORE, OPEN_AT_T, AFTER = 30, 20, 30
#: More than any book can have issued in the lost minutes.
SKIPPED = 1000
_NUMBERS = """SELECT receipt.series_id, receipt.number, payment.merchant_ref
    FROM payments_receipt receipt JOIN payments_payment payment ON payment.id = receipt.payment_id"""
_SETTLED = "SELECT count(*) FROM payments_payment WHERE merchant_ref = ANY(%s) AND is_applied"
_HELD = """SELECT held.id, split_part(event.money_key, ':', 3)
    FROM payments_discrepancy held JOIN payments_ledgerevent event ON event.cause_id = held.notification_id::text
    WHERE held.kind = 'unknown_reference' AND held.closed_at IS NULL AND event.money_key <> ''"""
_BOOKED = """SELECT split_part(money_key, ':', 1), split_part(money_key, ':', 3), amount FROM payments_ledgerevent
    WHERE kind IN ('payment_paid', 'money_received') AND split_part(money_key, ':', 1) = ANY(%s)"""
_UNSETTLED = """SELECT bill.reference, bill.state, count(receipt.id) FROM payments_bill bill
    LEFT JOIN payments_receipt receipt ON receipt.bill_id = bill.id WHERE bill.reference LIKE %s
    GROUP BY bill.id HAVING bill.state <> 'paid' OR count(receipt.id) <> 1"""


@dataclass
class Restored:
    """What the drill found. Lists are empty when nothing went wrong."""

    seed: int
    payments: int = 0
    settled_by_asking: int = 0
    asking_seconds: float = 0.0
    found_by_statement: int = 0
    reissued_numbers: list[str] = field(default_factory=list)
    violations_on_the_way: list[Any] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    drill_seconds: float = 0.0
    drill: str = NAME

    @property
    def is_passed(self) -> bool:
        """Everything the banks took is settled once, and no number stands on two receipts."""
        is_complete = self.settled_by_asking == OPEN_AT_T and self.found_by_statement == AFTER
        is_clean = self.verdict.is_clean and not self.reissued_numbers and not self.violations_on_the_way
        return is_complete and is_clean

    def line(self) -> str:
        """Return the figures for people."""
        wrong = len(self.reissued_numbers) + len(self.violations_on_the_way) + len(self.verdict.violations)
        return (
            f"{NAME}: {self.payments} payments; of {OPEN_AT_T} open at T {self.settled_by_asking} settled by asking in "
            f"{self.asking_seconds:.1f} s; of {AFTER} unknown at T {self.found_by_statement} found by the statements "
            f"and moved to their bills; lost {len(self.verdict.lost)}, doubled {len(self.verdict.doubled)}, "
            f"wrong {wrong + len(self.verdict.invented)}; took {self.drill_seconds:.0f} s"
        )


def run(system: System, seed: int) -> Restored:
    """Lose the minutes after T, and find them again. The last drill: the books before it are not those after it."""
    rng, began, restored = random.Random(f"{seed}/restore"), time.monotonic(), Restored(seed)
    name = f"R{seed}"
    payers = Payers(system.base_url, system.sandbox_url, system.note, name, rng.randrange(2**32))
    payers.start(BEFORE, 2)
    payers.finish()
    orders = [_begin(payers, f"{name}-open-{number}", rng) for number in range(OPEN_AT_T)]
    wait_for_peace(system, 60)
    backup = system.folder / "backup"
    system.dump(backup)
    names = [f"{name}-later-{number}" for number in range(AFTER)]
    later = {reference: _begin(payers, reference, rng) for reference in names}
    for order in (*orders, *later.values()):
        payers.pay(order)
    wait_for_peace(system, 60)
    on_paper = {(series, number): ref for series, number, ref in system.query(_NUMBERS)}

    _disaster(system, backup)
    system.manage("skip_receipt_numbers", str(SKIPPED), "--reason", "drill")
    _ask_with_the_sweeper_alone(system, [order["ref"] for order in orders], restored)
    system.stack.revive()
    for reference, order in later.items():
        payers.open_bill(reference, order["amount"])
    _import_statements(system)
    _move_what_was_found(system, {order["ref"]: reference for reference, order in later.items()}, restored)

    restored.reissued_numbers = [
        f"{series}/{number}: {on_paper[series, number]} and {ref}"
        for series, number, ref in system.query(_NUMBERS)
        if on_paper.get((series, number), ref) != ref
    ]
    restored.verdict = _judge(system, f"{name}-%")
    restored.payments = BEFORE + OPEN_AT_T + AFTER
    restored.drill_seconds = round(time.monotonic() - began, 1)
    return restored


def _begin(payers: Payers, reference: str, rng: random.Random) -> dict[str, Any]:
    return payers.begin(payers.open_bill(reference), rng.choice(GATEWAYS))


def _disaster(system: System, backup: Path) -> None:
    """Everything of ours dies at once; the banks go on. The disk is gone: PostgreSQL comes back as it was at T."""
    for name, child in system.stack.children.items():
        if name != "sandbox":
            child.kill(signal.SIGKILL)
            child.stop(1)
    system.restart_postgres(pause=0)
    system.restore(backup)
    system.flush_redis()


def _ask_with_the_sweeper_alone(system: System, references: list[str], restored: Restored) -> None:
    began = time.monotonic()
    system.process("sweeper").start()
    wait_until(lambda: system.query(_SETTLED, references)[0][0] == len(references), 120)
    restored.asking_seconds = round(time.monotonic() - began, 1)
    restored.settled_by_asking = system.query(_SETTLED, references)[0][0]
    restored.violations_on_the_way = system.check_ledger()


def _import_statements(system: System) -> None:
    """Each bank's file of all it took, as its internet banking gives it."""
    merchants = dict(system.query("SELECT gateway, merchant_id FROM payments_merchantaccount"))
    for gateway in GATEWAYS:
        path = system.folder / f"{gateway}.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("reference", "amount", "time", "code", "currency", "description"))
            for row in bank_transactions(system):
                if row["gateway"] == gateway:
                    at = datetime.fromtimestamp(row["paid_at"], ZoneInfo("Asia/Ho_Chi_Minh"))
                    cells = (row["bank_ref"], row["amount"], f"{at:%Y-%m-%d %H:%M:%S}", row["ref"], "VND", "nop phi")
                    writer.writerow(cells)
        system.manage("import_statement", gateway, merchants[gateway], str(path), "--confirm")
    system.run_module("tests.drills.confirming")


def _move_what_was_found(system: System, bill_of: dict[str, str], restored: Restored) -> None:
    """What an accountant reads off the payer's receipt: which bill each sum was for."""
    order_of = {row["bank_ref"]: row["ref"] for row in bank_transactions(system)}
    pairs = [(case, bill_of[order_of[bank_ref]]) for case, bank_ref in system.query(_HELD)]
    restored.found_by_statement = len(pairs)
    system.run_module("tests.drills.moving", json.dumps(pairs))


def _judge(system: System, references: str) -> Verdict:
    taken = Counter((row["gateway"], row["bank_ref"], row["amount"]) for row in bank_transactions(system))
    booked = Counter(system.query(_BOOKED, list(GATEWAYS)))
    verdict = Verdict()
    verdict.lost = [f"{key} {count}" for key, count in (taken - booked).items()]
    verdict.lost += [f"{row} not settled with one receipt" for row in system.query(_UNSETTLED, references)]
    verdict.doubled = [f"{key} {count} times" for key, count in booked.items() if count > 1]
    verdict.invented = [f"{key}" for key in booked if key not in taken]
    verdict.violations = system.check_ledger()
    return verdict
