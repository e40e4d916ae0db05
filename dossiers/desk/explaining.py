"""Why does this cost what it costs: the version, the rule and the inputs that each line was frozen with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from payments.models import BillLine
from procedures.fees.asking import APPLICANTS, AREAS, FACT_LABELS
from procedures.models import FeeSchedule

from .access import Staff, for_staff


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a bill with where its amount comes from; `schedule` is None for lines nobody quoted."""

    line: BillLine
    schedule: FeeSchedule | None
    inputs: tuple[str, ...]

    @property
    def gross(self) -> int | None:
        """The amount before a reduction, whole đồng."""
        return self.line.source.get("gross")

    @property
    def reduction(self) -> str:
        """Who it was reduced for, and what shows it."""
        found = self.line.source.get("reduction") or {}
        return " · ".join(part for part in (found.get("name", ""), found.get("evidence", "")) if part)


@require_GET
@for_staff
def why(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Explain every line of a dossier's bills, from what is frozen in them."""
    dossier = staff.dossier(code)
    lines = [line for bill in dossier.bills.all() for line in bill.lines.all()]
    schedules = FeeSchedule.objects.select_related("agency").in_bulk(
        {line.source["schedule"] for line in lines if "schedule" in line.source}
    )
    reasons = [
        Reason(line, schedules.get(line.source.get("schedule")), tuple(_inputs(line.source.get("facts") or {})))
        for line in lines
    ]
    return render(request, "desk/why.html", {"dossier": dossier, "reasons": reasons})


def _inputs(facts: dict[str, Any]) -> list[str]:
    quantities = [
        f"{FACT_LABELS[name][0]}: {number}"
        for name, number in (facts.get("quantities") or {}).items()
        if name in FACT_LABELS and number
    ]
    who = [APPLICANTS.get(facts.get("applicant", ""), ""), AREAS.get(facts.get("area", ""), "")]
    return [*quantities, *(word for word in who if word)]
