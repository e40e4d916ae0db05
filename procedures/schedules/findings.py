"""Runs validation on one schedule as it would be, or on everything in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.utils import timezone

from procedures.fees import Rule
from procedures.models import FeeSchedule, Procedure, ProcedureCase

from .load import IN_USE, as_rule, stored_rules
from .timeline import Picture, draw
from .validation import Finding, as_if_active, lint


def findings_for(schedule: FeeSchedule, today: date | None = None) -> list[Finding]:
    """Return what the linter says of a procedure with this schedule activated on its first day."""
    day = today or timezone.localdate()
    others = FeeSchedule.objects.filter(
        procedure=schedule.procedure_id, agency=schedule.agency_id, state__in=IN_USE
    ).exclude(pk=schedule.pk)
    candidate = [as_rule(row) for row in stored_rules([schedule])]
    if not candidate:
        return [Finding("error", "empty", "Biểu phí chưa có mức thu nào")]
    rules = as_if_active([as_rule(row) for row in stored_rules(others)], candidate)
    cases = ProcedureCase.objects.filter(procedure=schedule.procedure_id)
    return _lint_cases(cases, rules, day, {schedule.pk: schedule.note})


def pictures_for(schedule: FeeSchedule, today: date | None = None) -> list[tuple[str, Picture | None]]:
    """Return one picture of time for each case: this schedule among those in use, as if it were active."""
    others = FeeSchedule.objects.filter(
        procedure=schedule.procedure_id, agency=schedule.agency_id, state__in=IN_USE
    ).exclude(pk=schedule.pk)
    own = [as_rule(row) for row in stored_rules([schedule])]
    rules = as_if_active([as_rule(row) for row in stored_rules(others)], own)
    return [
        (case.name, draw([r for r in rules if r.case in (None, case.pk)], schedule.pk, today or timezone.localdate()))
        for case in ProcedureCase.objects.filter(procedure=schedule.procedure_id)
    ]


def blocking_errors(schedule: FeeSchedule, today: date | None = None) -> list[Finding]:
    """Return the errors that a schedule makes, or leaves open in its own time.

    A hole elsewhere in time that is there already does not stop it.
    """
    day = today or timezone.localdate()
    earlier = {
        (finding.case, finding.check, finding.message)
        for _procedure, findings in findings_in_use(day, procedure=schedule.procedure_id)
        for finding in findings
    }
    return [
        finding
        for finding in findings_for(schedule, day)
        if finding.is_error
        and (
            (finding.case, finding.check, finding.message) not in earlier
            or finding.on is None
            or finding.on in schedule.valid_during
        )
    ]


def findings_in_use(
    today: date | None = None, procedure: int | None = None
) -> Iterator[tuple[Procedure, list[Finding]]]:
    """Yield each living procedure (or the one named) with what the linter says of its schedules in use.

    Five queries, however many procedures there are.
    """
    day = today or timezone.localdate()
    living = Procedure.objects.filter(valid_during__contains=day).order_by("code")
    procedures = list(living.filter(pk=procedure) if procedure else living)
    schedules = list(FeeSchedule.objects.filter(procedure__in=procedures, state__in=IN_USE))
    rules: dict[int, list[Rule]] = defaultdict(list)
    for row in stored_rules(schedules):
        rules[row.schedule_id].append(as_rule(row))
    cases: dict[int, list[ProcedureCase]] = defaultdict(list)
    for case in ProcedureCase.objects.filter(procedure__in=procedures):
        cases[case.procedure_id].append(case)
    scopes: dict[int, dict[int | None, list[FeeSchedule]]] = defaultdict(lambda: defaultdict(list))
    for schedule in schedules:
        scopes[schedule.procedure_id][schedule.agency_id].append(schedule)
    for one in procedures:
        if one.pk not in scopes:
            yield one, [Finding("error", "no_schedule", "Thủ tục chưa có biểu phí đang áp dụng", on=day)]
        for group in scopes.get(one.pk, {}).values():
            own = [rule for schedule in group for rule in rules[schedule.pk]]
            if findings := _lint_cases(cases[one.pk], own, day, {schedule.pk: schedule.note for schedule in group}):
                yield one, findings


def pictures_of(procedure: Procedure, today: date | None = None) -> list[tuple[str, Picture | None]]:
    """Return one picture of time for each case of a procedure: everything in use, at all agencies."""
    general = FeeSchedule.objects.filter(procedure=procedure, agency=None, state__in=IN_USE)
    day = today or timezone.localdate()
    rules = [as_rule(row) for row in stored_rules(general)]
    current = next((schedule.pk for schedule in general if day in schedule.valid_during), 0)
    return [
        (case.name, draw([r for r in rules if r.case in (None, case.pk)], current, day))
        for case in procedure.cases.all()
    ]


def _lint_cases(
    cases: Iterable[ProcedureCase], rules: Iterable[Rule], day: date, texts: dict[int, str]
) -> list[Finding]:
    rule_list = list(rules)
    return [
        finding
        for case in cases
        for finding in lint([r for r in rule_list if r.case in (None, case.pk)], day, case=case.name, texts=texts)
    ]
