"""The whole story of one payment for a person who must explain it: our ledger and what the bank said, masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .models import LedgerEvent, Notice, Payment

#: What proves who wrote, and what names or numbers a person, is not shown; the raw row keeps it for the courts.
_PROOF = re.compile(r"sign|hash|mac|token|secret|checksum", re.IGNORECASE)
_PERSON = re.compile(r"name|phone|mobile|mail|address|addr|account|acc|card|payer|customer", re.IGNORECASE)
#: What a person asks the bank with: shown whole, however long the number.
_REFERENCE = re.compile(r"date|time|order|trans|ref|amount|txn", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{9,}")
LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: of us (`is_ours`) or told by the bank, with the fields told as (name, masked value)."""

    at: datetime
    what: str
    is_ours: bool
    detail: str
    told: tuple[tuple[str, str], ...] = ()


def of_payment(payment: Payment) -> list[Line]:
    """Return everything that happened to a payment, oldest first; two queries."""
    events = LedgerEvent.objects.filter(payment=payment).select_related("actor").order_by("id")
    lines = [_of_event(event) for event in events]
    lines += [_of_notice(notice) for notice in payment.notices.order_by("id")]
    return sorted(lines, key=lambda line: line.at)


def _of_event(event: LedgerEvent) -> Line:
    moved = f"{event.before} → {event.after}" if event.before else str(event.after)
    actor = f" · {event.actor}" if event.actor else ""
    return Line(event.at, str(event.kind), True, f"{moved} · {event.cause}{actor}")


def _of_notice(notice: Notice) -> Line:
    detail = " · ".join(filter(None, (notice.outcome, notice.get_state_display(), notice.result, notice.error[:200])))
    return Line(notice.received_at, notice.get_source_display(), False, detail, masked(notice.facts))


def masked(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the fields a bank told, without proofs of authorship and without persons."""
    return tuple((name, _mask(name, str(value))) for name, value in facts.items())


def _mask(name: str, value: str) -> str:
    if _PROOF.search(name) or "secure" in name.lower():
        return "…"
    if _PERSON.search(name):
        return f"{value[:1]}…" if value else ""
    if _REFERENCE.search(name):
        return value[:LONGEST_VALUE]
    shortened = _LONG_NUMBER.sub(lambda found: f"…{found[0][-4:]}", value)
    return shortened[:LONGEST_VALUE]
