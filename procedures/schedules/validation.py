"""What is suspicious in fee rules: pure, rules in, findings in words out.

See docs/reference/fees.md#national-procedure-database, BR-19.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.values.money import dong
from procedures.fees import ANY, Facts, Rule, clashes, gaps
from procedures.fees.inputs import conditions

#: No administrative fee is smaller; "700" in the national database means 700.000 đồng.
LEAST_AMOUNT = 1_000
EXPIRY_NOTICE = timedelta(days=60)
#: "700.000 đồng", "5.000 đ", "200,000 VND" in a text beside the number.
AMOUNT_IN_TEXT = re.compile(r"\d{1,3}(?:[.,]\d{3})+\s*(?:đồng|đ\b|vnd)?|(?<!\d)\d+\s*(?:đồng|đ\b|vnd)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `level` is error, warning or notice; an error stops a proposal."""

    level: str
    check: str
    message: str
    case: str = ""
    code: str = ""
    on: date | None = None

    @property
    def is_error(self) -> bool:
        """Nobody may propose a schedule with it."""
        return self.level == "error"


def lint(
    rules: Sequence[Rule], today: date, *, case: str = "", texts: Mapping[int, str] | None = None
) -> list[Finding]:
    """Return what is suspicious in the rules of one case over time, the worst first.

    `texts` gives the free text that stands beside a schedule (id → text). Rules that have
    ended are read for gaps only.
    """
    living = [rule for rule in rules if rule.ends is None or rule.ends > today]
    findings = [
        *(finding for rule in living for finding in _in_one(rule, (texts or {}).get(rule.schedule_id, ""))),
        *_holes(rules, today),
        *_expiring(living, rules, today),
    ]
    order = ("error", "warning", "notice")
    return [replace(finding, case=case) for finding in sorted(findings, key=lambda finding: order.index(finding.level))]


def as_if_active(rules: Iterable[Rule], candidate: Sequence[Rule]) -> list[Rule]:
    """Return all rules as they would be with a candidate schedule activated on its first day.

    What began before ends there; what would begin later within its time is gone.
    """
    if not candidate:
        return list(rules)
    starts, ends = candidate[0].starts or date.min, candidate[0].ends
    kept = []
    for rule in rules:
        begins = rule.starts or date.min
        if rule.schedule_id == candidate[0].schedule_id:
            continue
        if begins >= starts and (ends is None or begins < ends):
            continue
        is_cut = begins < starts and (rule.ends is None or rule.ends > starts)
        kept.append(replace(rule, ends=starts) if is_cut else rule)
    return [*kept, *candidate]


def _in_one(rule: Rule, text: str) -> Iterator[Finding]:
    amounts = [rule.price] if not rule.tiers else [tier.price for tier in rule.tiers]
    for amount in amounts:
        if 0 < amount < LEAST_AMOUNT:
            words = f"{_named(rule)}: {dong(amount)} nhỏ hơn {dong(LEAST_AMOUNT)}; có thể thiếu ba số 0"
            yield Finding("error", "too_small", words, code=rule.code)
    if not any(amounts) and not rule.is_to_be_determined:
        beside = AMOUNT_IN_TEXT.search(f"{rule.name} {rule.unit} {text}")
        if beside:
            words = f"{_named(rule)}: mức thu 0 đ nhưng văn bản ghi “{beside.group().strip()}”"
            yield Finding("warning", "zero_with_amount", words, code=rule.code)
    if not rule.legal_basis.strip():
        yield Finding("error", "no_legal_basis", f"{_named(rule)}: thiếu căn cứ pháp lý", code=rule.code)


def _holes(rules: Sequence[Rule], today: date) -> Iterator[Finding]:
    for gap in gaps(rules):
        if gap.ends is None or gap.ends > today:
            words = f"{gap.name} ({_kind(gap.kind)}, {_for(gap.facts)}): không có mức thu {_span(gap.starts, gap.ends)}"
            yield Finding("error", "gap", words, code=gap.code, on=gap.starts)
    for clash in clashes(rules):
        if clash.ends is None or clash.ends > today:
            words = f"{clash.name} ({_for(clash.facts)}): hai mức thu cùng áp dụng {_span(clash.starts, clash.ends)}"
            yield Finding("error", "overlap", words, code=clash.code, on=clash.starts)


def _expiring(living: Sequence[Rule], rules: Sequence[Rule], today: date) -> Iterator[Finding]:
    for rule in living:
        if rule.ends is None or rule.ends > today + EXPIRY_NOTICE or (rule.starts and rule.starts > today):
            continue
        after = [r for r in rules if _same_line(r, rule) and r.starts is not None and r.starts >= rule.ends]
        last_day = rule.ends - timedelta(days=1)
        words = f"{_named(rule)}: hết hạn {last_day:%d/%m/%Y}"
        if not after:
            yield Finding("warning", "expires", f"{words}, chưa có mức thay thế", code=rule.code, on=rule.ends)
        elif after[0].price != rule.price:
            words = f"{words}, sau đó {dong(after[0].price)}"
            yield Finding("notice", "expires", words, code=rule.code, on=rule.ends)


def _same_line(one: Rule, other: Rule) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("code", "case", "channel", "applicant", "area", "timing")
    )


def _named(rule: Rule) -> str:
    named = conditions(rule)
    return f"{rule.name} ({named})" if named else rule.name


def _kind(kind: str) -> str:
    return "lệ phí" if kind == "le_phi" else "phí"


def _for(facts: Facts) -> str:
    channel = {"online": "nộp trực tuyến", "counter": "nộp tại quầy", ANY: "mọi kênh"}[facts.channel]
    who = Rule(0, 0, 0, "", "", "", 0, "", applicant=facts.applicant, area=facts.area or ANY)
    return ", ".join(part for part in (channel, conditions(who), "quá hạn" if facts.is_late else "") if part)


def _span(starts: date, ends: date | None) -> str:
    if ends is None:
        return f"từ {starts:%d/%m/%Y}"
    return f"từ {starts:%d/%m/%Y} đến {ends - timedelta(days=1):%d/%m/%Y}"
