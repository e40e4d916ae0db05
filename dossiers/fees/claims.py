"""What the owner of a dossier claims not to owe, as it stands frozen in the bills, and what an officer saw of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dossiers.models import Dossier, ExemptionCheck
from payments.models import Bill, BillLine
from payments.states import BillState


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody need not pay because of who they are: whole đồng, and what shows it."""

    ground: str
    evidence: str
    amount: int
    is_full: bool
    check: ExemptionCheck | None

    @property
    def is_open(self) -> bool:
        """Nobody has said yet whether the paper is there."""
        return self.check is None

    @property
    def is_proven(self) -> bool:
        """An officer has seen the paper."""
        return self.check is not None and self.check.is_proven

    @property
    def has_fallen(self) -> bool:
        """There was no paper: the amount is owed."""
        return self.check is not None and not self.check.is_proven


def claim_of(dossier: Dossier) -> Claim | None:
    """Return what a dossier's owner claims, None where nothing is. Reads `bills` with lines and `exemption_checks`."""
    lines = list(claimed_lines(dossier))
    if not lines:
        return None
    reductions = [line.source["reduction"] for _bill, line in lines]
    checks = list(dossier.exemption_checks.all())
    return Claim(
        ground=_joined(reductions, "name"),
        evidence=_joined(reductions, "evidence"),
        amount=sum(_saved(line) for _bill, line in lines),
        is_full=all(bill.amount == 0 for bill, _line in lines),
        check=checks[-1] if checks else None,
    )


def claimed_lines(dossier: Dossier) -> Iterator[tuple[Bill, BillLine]]:
    """Yield the lines that cost less for a group of people; a reduction for everybody is no claim."""
    for bill in dossier.bills.all():
        for line in bill.lines.all() if bill.state != BillState.CANCELLED else ():
            if (line.source.get("reduction") or {}).get("group") and _saved(line) > 0:
                yield bill, line


def _saved(line: BillLine) -> int:
    return int(line.source.get("gross", line.amount)) - line.amount


def _joined(reductions: list[dict[str, Any]], name: str) -> str:
    return ", ".join(dict.fromkeys(reduction[name] for reduction in reductions if reduction.get(name)))
