"""Summary of a procedure: cost and duration over all its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from procedures.models import Procedure
from procedures.models.procedure import DurationUnit
from procedures.schedules.load import general_rules

from .calculator import Offer, offer


@dataclass(frozen=True, slots=True)
class Glance:
    """Amounts in whole đồng as the calculator stands; `is_open_ended`: some are set after examination.

    `times` are the different durations in words, the order as the cases'.
    """

    lowest: int
    highest: int
    is_open_ended: bool
    times: tuple[str, ...]


def glances(procedures: Sequence[Procedure], on: date) -> list[tuple[Procedure, Glance]]:
    """Return each procedure of a list with its summary, in three queries. Reads `cases`: prefetch them."""
    rules = general_rules([case for procedure in procedures for case in procedure.cases.all()], on)
    nothing = QueryDict()
    return [
        (procedure, glance([offer(case, rules[case.pk], nothing, on) for case in procedure.cases.all()]))
        for procedure in procedures
    ]


def glance(offers: Sequence[Offer]) -> Glance:
    """Summarise the page's cases."""
    quotes = [offer.online for offer in offers if offer.online]
    totals = [quote.total for quote in quotes if quote.is_determined]
    cases = [offer.case for offer in offers if offer.case.duration_unit != DurationUnit.NONE]
    times = dict.fromkeys(case.duration_in_words("online") for case in cases)
    return Glance(min(totals, default=0), max(totals, default=0), len(totals) < len(quotes) or not quotes, tuple(times))
