"""Loading the rules of a case, as data for the fee engine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from agencies.models import Agency
from procedures.fees import Reduction, Rule, Tier
from procedures.models import Exemption, FeeRule, FeeSchedule, ProcedureCase, ScheduleState

#: Approved counts from its first day even when nobody has activated it yet (the sweeper was down).
IN_USE = (ScheduleState.ACTIVE, ScheduleState.APPROVED)


def rules_for(case: ProcedureCase, on: date, agency: Agency | None = None) -> list[Rule]:
    """Return what `fees.quote` needs for a case on a day, in three queries.

    That is the rules of the one schedule in force (the agency's own before the general
    one), and the rules of earlier schedules, ended, by which a gap shows.
    """
    scope = Q(agency=None) | Q(agency=agency) if agency else Q(agency=None)
    schedules, current = _in_use(_begun(on).filter(scope, procedure_id=case.procedure_id), on)
    rows = stored_rules(schedules).filter(Q(case=case) | Q(case=None))
    return [as_rule(row, ends=current.valid_during.lower if current else None) for row in rows]


def general_rules(cases: Iterable[ProcedureCase], on: date) -> dict[int, list[Rule]]:
    """Return what `rules_for` gives for each of many cases by the general schedules, by case, in three queries."""
    by_procedure: dict[int, list[FeeSchedule]] = {case.procedure_id: [] for case in cases}
    for schedule in _begun(on).filter(agency=None, procedure_id__in=by_procedure):
        by_procedure[schedule.procedure_id].append(schedule)
    in_use = {procedure: _in_use(schedules, on) for procedure, schedules in by_procedure.items()}
    rows: dict[int, list[FeeRule]] = {}
    for row in stored_rules(schedule for schedules, _current in in_use.values() for schedule in schedules):
        rows.setdefault(row.schedule.procedure_id, []).append(row)
    rules = {}
    for case in cases:
        current = in_use[case.procedure_id][1]
        ends = current.valid_during.lower if current else None
        own = (row for row in rows.get(case.procedure_id, ()) if row.case_id in (case.pk, None))
        rules[case.pk] = [as_rule(row, ends=ends) for row in own]
    return rules


def _begun(on: date) -> QuerySet[FeeSchedule]:
    return FeeSchedule.objects.filter(state__in=IN_USE, valid_during__startswith__lte=on)


def _in_use(begun: Iterable[FeeSchedule], on: date) -> tuple[list[FeeSchedule], FeeSchedule | None]:
    """Return the schedule in force, and with it those that show its gaps."""
    schedules = list(begun)
    current = max((s for s in schedules if not s.has_ended_by(on)), key=_precedence, default=None)
    return [s for s in schedules if not current or s == current or _is_before(s, current)], current


def _precedence(schedule: FeeSchedule) -> tuple[bool, bool, int]:
    """Order schedules of one day: the agency's own, then what replaces the rest, then the newest."""
    return schedule.agency_id is not None, schedule.state == ScheduleState.APPROVED, schedule.version


def _is_before(schedule: FeeSchedule, current: FeeSchedule) -> bool:
    return (
        schedule.agency_id == current.agency_id
        and schedule.state == ScheduleState.ACTIVE
        and schedule.valid_during.lower < current.valid_during.lower
    )


def stored_rules(schedules: Iterable[FeeSchedule]) -> QuerySet[FeeRule]:
    """Return the rules of schedules with what `as_rule` reads, oldest schedule first."""
    return (
        FeeRule.objects.filter(schedule__in=list(schedules))
        .select_related("schedule")
        .prefetch_related("schedule__exemptions")
        .order_by("schedule__valid_during", "schedule_id", "position")
    )


def as_rule(row: FeeRule, ends: date | None = None) -> Rule:
    """Return one stored rule as plain data; with `ends`, what began before it stops there."""
    schedule = row.schedule
    starts, upper = schedule.valid_during.lower, schedule.valid_during.upper
    if ends and starts < ends and (upper is None or ends < upper):
        upper = ends
    return Rule(
        rule_id=row.pk,
        schedule_id=schedule.pk,
        version=schedule.version,
        code=row.code,
        name=row.name,
        kind=row.kind,
        price=row.price,
        legal_basis=row.legal_basis or schedule.legal_basis,
        starts=starts,
        ends=upper,
        case=row.case_id,
        channel=row.channel,
        applicant=row.applicant,
        area=row.area,
        timing=row.timing,
        unit=row.unit,
        quantity_fact=row.quantity_fact,
        times_fact=row.times_fact,
        free_quantity=row.free_quantity,
        tiers=tuple(Tier(tier["up_to"], tier["price"]) for tier in row.tiers),
        cap=row.cap,
        is_to_be_determined=row.is_to_be_determined,
        refund_policy=row.refund_policy,
        refund_text=row.refund_text,
        reductions=tuple(_as_reduction(exemption) for exemption in schedule.exemptions.all()),
    )


def _as_reduction(row: Exemption) -> Reduction:
    during = row.valid_during
    return Reduction(
        group=row.group,
        name=row.name,
        percent=row.percent,
        amount=row.amount,
        evidence=row.evidence,
        legal_basis=row.legal_basis,
        channel=row.channel,
        kind=row.kind,
        starts=during.lower if during else None,
        ends=during.upper if during else None,
    )
