"""Recent charges of dossiers, for the preview of a fee schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from dossiers.models import Dossier
from payments.models import FeeKind
from procedures.schedules.preview import Charged

from .assessment import facts_of


def charged_since(procedure: int, agency: int | None, since: date) -> Iterator[Charged]:
    """Yield the dossiers of a procedure submitted since a day, at one agency or at all."""
    rows = Dossier.objects.filter(case__procedure=procedure, submitted_at__date__gte=since)
    if agency:
        rows = rows.filter(agency=agency)
    for dossier in rows.prefetch_related("bills__lines"):
        if not dossier.awaits_amount:
            amounts: Counter[str] = Counter()
            for line in (line for bill in dossier.bills.all() for line in bill.lines.all()):
                if line.kind != FeeKind.POSTAGE:
                    amounts[line.code] += line.amount
            yield Charged(dossier.code, dossier.case_id, facts_of(dossier), amounts)
