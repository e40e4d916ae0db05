"""A case whose result may come by post."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agencies.models import Agency
from procedures.models import ProcedureCase
from tests.support import factories
from tests.support.schedules import schedule


def case(agency: Agency, amount: int) -> ProcedureCase:
    """A procedure of one lệ phí; 0 is a procedure that costs nothing."""
    made = factories.case()
    made.procedure.agencies.add(agency)
    fees = schedule(made, amount, timezone.localdate() - timedelta(days=9))
    fees.state = "active"
    fees.save()
    return made
