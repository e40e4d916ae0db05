"""Loading the rules in force for a case, as data for the fee engine."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from .fees import Reduction, Rule, Tier
from .models import FeeRule, ProcedureCase, ScheduleState


def rules_for(case: ProcedureCase, on: date) -> list[Rule]:
    """Return the rules of active schedules in force on a day for a case, in two queries."""
    rows = (
        FeeRule.objects.filter(
            Q(case=case) | Q(case=None),
            schedule__procedure_id=case.procedure_id,
            schedule__state=ScheduleState.ACTIVE,
            schedule__valid_during__contains=on,
        )
        .select_related("schedule")
        .prefetch_related("schedule__exemptions")
        .order_by("schedule_id", "position")
    )
    return [as_rule(row) for row in rows]


def as_rule(row: FeeRule) -> Rule:
    """Return one stored rule as plain data."""
    schedule = row.schedule
    return Rule(
        rule_id=row.pk,
        schedule_id=schedule.pk,
        version=schedule.version,
        code=row.code,
        name=row.name,
        kind=row.kind,
        price=row.price,
        legal_basis=schedule.legal_basis,
        starts=schedule.valid_during.lower,
        ends=schedule.valid_during.upper,
        channel=row.channel,
        unit=row.unit,
        quantity_fact=row.quantity_fact,
        times_fact=row.times_fact,
        free_quantity=row.free_quantity,
        tiers=tuple(Tier(tier["up_to"], tier["price"]) for tier in row.tiers),
        cap=row.cap,
        reductions=tuple(Reduction(e.group, e.name, e.percent) for e in schedule.exemptions.all()),
    )
