"""A fee schedule and its neighbours as a timeline, with gaps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.values.money import dong
from procedures.fees import Rule, clashes, gaps
from procedures.fees.inputs import conditions

#: How far the picture shows beyond what it must.
MARGIN = timedelta(days=180)
LEAST_WIDTH = 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One span of a row. `left` and `width` are percent; `kind` is price, other, gap or clash."""

    kind: str
    left: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line to pay, for one sort of person."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows over one span of time. `today` is percent from the left."""

    starts: date
    ends: date
    today: float
    rows: tuple[Row, ...]


def draw(rules: Sequence[Rule], schedule_id: int, today: date) -> Picture | None:
    """Return the picture of one case's rules, with those of `schedule_id` set apart; None without rules."""
    if not rules:
        return None
    dates = [edge for rule in rules for edge in (rule.starts, rule.ends) if edge]
    # What began long ago would squeeze what matters into a corner.
    starts = max(min(dates, default=today), today - 4 * MARGIN)
    ends = max([today, *dates]) + MARGIN

    def place(begins: date | None, until: date | None) -> tuple[float, float]:
        span = (ends - starts).days
        left = max(0, ((begins or starts) - starts).days) / span * 100
        right = min(span, ((until or ends) - starts).days) / span * 100
        return round(left, 2), round(max(right - left, LEAST_WIDTH), 2)

    rows: dict[tuple[str, str], list[Bar]] = {}
    for rule in rules:
        if rule.ends is None or rule.ends > starts:
            price = "?" if rule.is_to_be_determined else "…" if rule.tiers else dong(rule.price)
            kind = "price" if rule.schedule_id == schedule_id else "other"
            text = f"v{rule.version}: {price}, {_span(rule.starts, rule.ends)}"
            rows.setdefault((rule.code, _named(rule)), []).append(Bar(kind, *place(rule.starts, rule.ends), text))
    names = {rule.code: rule.name for rule in rules}
    for kind, faults in (("gap", gaps(rules)), ("clash", clashes(rules))):
        for fault in faults:
            if fault.ends is None or fault.ends > starts:
                key = next((key for key in rows if key[0] == fault.code), (fault.code, names[fault.code]))
                bar = Bar(kind, *place(fault.starts, fault.ends), _span(fault.starts, fault.ends))
                rows.setdefault(key, [])
                if bar not in rows[key]:
                    rows[key].append(bar)
    now = place(starts, today)[1]
    drawn = (Row(name, tuple(sorted(bars, key=lambda bar: bar.left))) for (_, name), bars in rows.items())
    return Picture(starts, ends, now, tuple(drawn))


def _named(rule: Rule) -> str:
    named = conditions(rule)
    return f"{rule.name} ({named})" if named else rule.name


def _span(starts: date | None, ends: date | None) -> str:
    begins = f"{starts:%d/%m/%Y}" if starts else ""
    return f"{begins} – {ends - timedelta(days=1):%d/%m/%Y}" if ends else f"{begins} –"
