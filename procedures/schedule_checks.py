"""The linter at the database's edge: one schedule as it would be, or everything in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.utils import timezone

from .fees import Rule
from .linting import Finding, as_if_active, lint
from .models import FeeSchedule, Procedure, ProcedureCase
from .picture import Picture, draw
from .schedules import IN_USE, as_rule, stored_rules


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
    return _lint_cases(schedule.procedure_id, rules, day, {schedule.pk: schedule.note})


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
    known = {
        (finding.case, finding.check, finding.message)
        for _procedure, findings in findings_in_use(day, procedure=schedule.procedure_id)
        for finding in findings
    }
    return [
        finding
        for finding in findings_for(schedule, day)
        if finding.is_error
        and (
            (finding.case, finding.check, finding.message) not in known
            or finding.on is None
            or finding.on in schedule.valid_during
        )
    ]


def findings_in_use(
    today: date | None = None, procedure: int | None = None
) -> Iterator[tuple[Procedure, list[Finding]]]:
    """Yield each living procedure (or the one named) with what the linter says of its schedules in use."""
    day = today or timezone.localdate()
    living = Procedure.objects.filter(valid_during__contains=day).order_by("code")
    for found in living.filter(pk=procedure) if procedure else living:
        by_scope: dict[int | None, list[FeeSchedule]] = defaultdict(list)
        for schedule in found.schedules.filter(state__in=IN_USE):
            by_scope[schedule.agency_id].append(schedule)
        if not by_scope:
            yield found, [Finding("error", "no_schedule", "Thủ tục chưa có biểu phí đang áp dụng", on=day)]
        for schedules in by_scope.values():
            rules = [as_rule(row) for row in stored_rules(schedules)]
            texts = {schedule.pk: schedule.note for schedule in schedules}
            if findings := _lint_cases(found.pk, rules, day, texts):
                yield found, findings


def _lint_cases(procedure_id: int, rules: Iterable[Rule], day: date, texts: dict[int, str]) -> list[Finding]:
    known = list(rules)
    return [
        finding
        for case in ProcedureCase.objects.filter(procedure=procedure_id)
        for finding in lint([r for r in known if r.case in (None, case.pk)], day, case=case.name, texts=texts)
    ]
