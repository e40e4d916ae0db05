"""Fee schedules and who prepares them."""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg2.extras import DateRange

from agencies.models import User
from procedures.models import FeeRule, FeeSchedule, ProcedureCase, ScheduleState


def person(name: str) -> User:
    return User.objects.create_user(name, password="a long test password")


def schedule(case: ProcedureCase, price: int, starts: date, **values: Any) -> FeeSchedule:
    state = values.pop("state", ScheduleState.DRAFT)
    version = FeeSchedule.objects.filter(procedure=case.procedure).count() + 1
    made = FeeSchedule.objects.create(
        **{
            "procedure": case.procedure,
            "version": version,
            "valid_during": DateRange(starts, None),
            "legal_basis": "NQ 1",
            **values,
        }
    )
    FeeRule.objects.create(schedule=made, case=case, code="A", name="Lệ phí", kind="le_phi", price=price)
    made.state = state
    made.save()
    return made
