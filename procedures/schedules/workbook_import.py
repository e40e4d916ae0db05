"""Imports a workbook into a draft: the differences in words, and the change itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from agencies.audit import record as audit
from agencies.models import User
from procedures.errors import IllegalScheduleMove
from procedures.models import Exemption, FeeRule, FeeSchedule, ScheduleState

from . import workbook, workbook_exemptions
from .workbook import Content


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the preview: `kind` is added, changed or removed; texts are what people read."""

    kind: str
    name: str
    before: str
    after: str


def take_in(schedule: FeeSchedule, content: Content, *, by: User) -> None:
    """Put a file's rules and exemptions in the place of a draft's, in one transaction. Raises IllegalScheduleMove."""
    rule_changes = [
        {"field": change.name, "before": change.before, "after": change.after} for change in changes(schedule, content)
    ]
    with transaction.atomic():
        fee_schedule = FeeSchedule.objects.select_for_update().get(pk=schedule.pk)
        if fee_schedule.state != ScheduleState.DRAFT:
            raise IllegalScheduleMove(fee_schedule.state, "imported into")
        fee_schedule.rules.all().delete()
        FeeRule.objects.bulk_create(content.rules)
        if content.exemptions is not None:
            fee_schedule.exemptions.all().delete()
            Exemption.objects.bulk_create(content.exemptions)
        detail = {"model": "procedures.feeschedule", "name": str(fee_schedule), "changes": rule_changes}
        audit.record(
            "fee_schedule_imported", f"fee_schedule:{fee_schedule.pk}", actor=by, agency=fee_schedule.agency, **detail
        )


def changes(schedule: FeeSchedule, content: Content) -> list[Change]:
    """Return what taking a file in would change in a draft, in words."""
    before = {_key(rule): _words(rule) for rule in schedule.rules.select_related("case")}
    after = {_key(rule): _words(rule) for rule in content.rules}
    if content.exemptions is not None:
        before |= {_key_of(row): _words_of(row) for row in schedule.exemptions.all()}
        after |= {_key_of(row): _words_of(row) for row in content.exemptions}
    differences = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, ""), after.get(key, "")
        if old != new:
            kind = "added" if not old else "removed" if not new else "changed"
            differences.append(Change(kind, " · ".join(str(part) for part in key if part not in ("", "any")), old, new))
    return differences


def _key(rule: FeeRule) -> tuple[str, ...]:
    case = rule.case.name if rule.case else ""
    return (case, rule.code, rule.channel, rule.applicant, rule.area, rule.timing)


def _words(rule: FeeRule) -> str:
    named = zip(workbook.COLUMNS.values(), workbook.cells(rule), strict=True)
    return "; ".join(f"{heading}: {value}" for heading, value in named if value is not None)


def _key_of(row: Exemption) -> tuple[str, ...]:
    return (workbook_exemptions.SHEET, row.group, row.channel, row.kind, str(row.valid_during or ""))


def _words_of(row: Exemption) -> str:
    named = zip(workbook_exemptions.COLUMNS.values(), workbook_exemptions.cells(row), strict=True)
    return "; ".join(f"{heading}: {value}" for heading, value in named if value is not None)
