"""Data classes of the fee engine. Amounts are whole đồng."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

#: A dimension of a rule that does not matter.
ANY = "any"


class RefundPolicy(StrEnum):
    """Whether money comes back when the dossier ends without a result (docs/reference/fees.md#refunds)."""

    NONE = "none"
    FULL_IF_NOT_ACCEPTED = "full_if_not_accepted"
    FULL_IF_NOT_STARTED = "full_if_not_started"
    MANUAL = "manual"


#: A number, or one for each of several things that are priced one by one: the pages of three papers.
Quantity = int | Sequence[int]


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and including `up_to` cost `price` each; None means all that follow."""

    up_to: int | None
    price: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """A group that pays `percent` or `amount` đồng less; 100 percent is full exemption.

    An empty `group` is a reduction for everybody (a national half-price scheme). `starts`
    and `ends` bound it (half-open); `channel` and `kind` limit it to lines of that sort.
    """

    group: str
    name: str
    percent: int = 0
    amount: int = 0
    evidence: str = ""
    legal_basis: str = ""
    channel: str = ANY
    kind: str = ANY
    starts: date | None = None
    ends: date | None = None

    def saved(self, gross: int) -> int:
        """Return what it takes off a gross amount: never less than 0, never more than all."""
        return min(max(self.amount, gross * self.percent // 100), gross)


@dataclass(frozen=True, slots=True)
class Rule:
    """One fee rule as data. `starts` and `ends` bound it (half-open).

    `case` is None for a rule of all cases of the procedure. `channel`, `applicant`, `area`
    and `timing` (on_time, late) say for whom it holds. With `is_to_be_determined` an
    officer sets the amount after examination; `price` means nothing then.
    """

    rule_id: int
    schedule_id: int
    version: int
    code: str
    name: str
    kind: str
    price: int
    legal_basis: str
    starts: date | None = None
    ends: date | None = None
    case: int | None = None
    channel: str = ANY
    applicant: str = ANY
    area: str = ANY
    timing: str = ANY
    unit: str = ""
    quantity_fact: str = ""
    times_fact: str = ""
    free_quantity: int = 0
    tiers: tuple[Tier, ...] = ()
    cap: int | None = None
    is_to_be_determined: bool = False
    refund_policy: str = RefundPolicy.MANUAL
    refund_text: str = ""
    reductions: tuple[Reduction, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the amount depends on: channel (online, counter, post), quantities, groups, person, place."""

    channel: str = "online"
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    applicant: str = "individual"
    area: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line to pay, with its reason in words."""

    rule: Rule
    gross: int
    amount: int
    explanation: str
    reduction: Reduction | None = None
    is_to_be_determined: bool = False

    @property
    def legal_basis(self) -> str:
        """The rule's basis and, when another one, the reduction's."""
        reduced = self.reduction.legal_basis if self.reduction else ""
        return "; ".join(dict.fromkeys(part for part in (self.rule.legal_basis, reduced) if part))

    @property
    def source(self) -> dict[str, object]:
        """What a frozen bill line keeps of its origin (the `source` of `payments.bills.create.NewLine`)."""
        return {
            "rule": self.rule.rule_id,
            "schedule": self.rule.schedule_id,
            "version": self.rule.version,
            "gross": self.gross,
            "refund": {"policy": str(self.rule.refund_policy), "text": self.rule.refund_text},
            "reduction": self.reduction
            and {"group": self.reduction.group, "name": self.reduction.name, "evidence": self.reduction.evidence},
        }


@dataclass(frozen=True, slots=True)
class Quote:
    """What a case costs on a day."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """Whole đồng to pay, as far as determined."""
        return sum(line.amount for line in self.lines)

    @property
    def is_determined(self) -> bool:
        """Every line has its amount; until then nobody makes a bill."""
        return not any(line.is_to_be_determined for line in self.lines)

    @property
    def is_exempt(self) -> bool:
        """Something would be owed, but not by this person."""
        return self.is_determined and self.total == 0 and any(line.gross > 0 for line in self.lines)

    @property
    def is_free(self) -> bool:
        """Nobody pays for this."""
        return self.is_determined and all(line.gross == 0 for line in self.lines)
