"""Explains a bill line from what is frozen in it and who set it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import AuditEntry
from dossiers.models import Dossier, PostageRate
from payments.models import Bill, BillLine, FeeKind
from procedures.fees import Quantity
from procedures.fees.inputs import APPLICANTS, AREAS, FACT_LABELS, TIMINGS
from procedures.models import FeeRule, FeeSchedule


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a bill with where its amount comes from: a rule, the post's tariff, a person, or another system."""

    bill: Bill
    line: BillLine
    schedule: FeeSchedule | None = None
    rule: FeeRule | None = None
    inputs: tuple[str, ...] = ()
    set_by: AuditEntry | None = None
    rate: PostageRate | None = None

    @property
    def gross(self) -> int | None:
        """The amount before a reduction, whole đồng."""
        gross: int | None = self.line.source.get("gross")
        return gross

    @property
    def reduction(self) -> str:
        """Who it was reduced for, and what shows it."""
        reduction = self.line.source.get("reduction") or {}
        return " · ".join(part for part in (reduction.get("name", ""), reduction.get("evidence", "")) if part)

    @property
    def is_postage(self) -> bool:
        """The post's money, not a fee."""
        return self.line.kind == FeeKind.POSTAGE

    @property
    def system(self) -> str:
        """The connected system that said what is owed; empty for bills of our own."""
        return self.bill.client.name if self.bill.client else ""

    @property
    def conditions(self) -> str:
        """For whom the rule holds."""
        if self.rule is None:
            return ""
        rule = self.rule
        conditions = (
            rule.get_channel_display(),
            APPLICANTS.get(rule.applicant, ""),
            AREAS.get(rule.area, ""),
            TIMINGS.get(rule.timing, ""),
        )
        return ", ".join(str(part) for part in conditions if part)


def reasons_for(bills: Sequence[Bill], dossier: Dossier | None) -> list[Reason]:
    """Explain every line of bills; `dossier` is whose they are, if they are a dossier's.

    Five queries, however many lines there are.
    """
    lines = [(bill, line) for bill in bills for line in bill.lines.all()]
    schedules = FeeSchedule.objects.select_related("agency").in_bulk(_keys(lines, "schedule"))
    rules = FeeRule.objects.in_bulk(_keys(lines, "rule"))
    rates = PostageRate.objects.in_bulk(_keys(lines, "rate"))
    acts = AuditEntry.objects.filter(action="fee_determined", subject=f"dossier:{dossier.code}") if dossier else ()
    set_by = {code: act for act in acts for code in act.detail.get("amounts", {})}
    return [
        Reason(
            bill,
            line,
            schedules.get(line.source.get("schedule")),
            rules.get(line.source.get("rule")),
            tuple(_inputs(line.source.get("facts") or {}, dossier)) if "schedule" in line.source else (),
            set_by.get(line.code),
            rates.get(line.source.get("rate")),
        )
        for bill, line in lines
    ]


def _keys(lines: Iterable[tuple[Bill, BillLine]], name: str) -> set[int]:
    return {line.source[name] for _bill, line in lines if line.source.get(name)}


def _inputs(facts: dict[str, Any], dossier: Dossier | None) -> Iterable[str]:
    """Yield what was numbers when the amount was computed, as people read it."""
    yield from _counted(facts.get("quantities") or {})
    for word in (APPLICANTS.get(facts.get("applicant", "")), AREAS.get(facts.get("area", ""))):
        if word:
            yield str(word)
    if facts.get("is_late"):
        yield str(TIMINGS["late"])
    if dossier is not None:
        yield str(dossier.get_channel_display())
        yield _("nộp ngày %(day)s") % {"day": f"{timezone.localtime(dossier.submitted_at):%d/%m/%Y}"}


def _counted(quantities: dict[str, Quantity]) -> Iterable[str]:
    """Yield the numbers; of several papers one line each."""
    numbers = {name: number for name, number in quantities.items() if name in FACT_LABELS and number}
    columns = [[number] if isinstance(number, int) else number for number in numbers.values()]
    height = max(map(len, columns), default=0)
    if height < 2:
        yield from (f"{FACT_LABELS[name][0]}: {number}" for name, number in numbers.items())
        return
    for row in range(height):
        parts = (
            f"{column[row if len(column) > 1 else 0]} {FACT_LABELS[name][1]}"
            for name, column in zip(numbers, columns, strict=True)
        )
        yield f"Giấy tờ {row + 1}: {' × '.join(parts)}"
