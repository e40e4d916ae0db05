"""The life of a fee schedule: draft → proposed → approved → active → retired.

Each step locks the procedure, then its schedules, so two steps wait for each other;
each writes an audit entry. What the database itself refuses: editing anything but a
draft, approval by who prepared it, two active schedules of one scope on one day.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.independence import may_check
from agencies.models import User
from procedures.errors import IllegalScheduleMove, NotIndependent, SamePerson, ScheduleHasErrors, StartsInThePast
from procedures.models import Exemption, FeeRule, FeeSchedule, Procedure, ScheduleState

from .findings import blocking_errors

logger = logging.getLogger(__name__)


def starts_in_the_past(schedule: FeeSchedule) -> bool:
    """Tell whether a draft cannot be proposed because its first day is over, or missing."""
    first = schedule.valid_during.lower
    return first is None or first < timezone.localdate()


def propose(schedule: FeeSchedule, *, by: User) -> FeeSchedule:
    """Hand a draft to the second person; from here nobody edits it.

    Raises IllegalScheduleMove, StartsInThePast, ScheduleHasErrors when the linter finds an error.
    """
    with _locked(schedule, "proposed", ScheduleState.DRAFT) as locked_schedule:
        if starts_in_the_past(locked_schedule):
            raise StartsInThePast
        if errors := [finding.message for finding in blocking_errors(locked_schedule)]:
            raise ScheduleHasErrors(errors)
        locked_schedule.state, locked_schedule.prepared_by, locked_schedule.approved_by = (
            ScheduleState.PROPOSED,
            by,
            None,
        )
        locked_schedule.save(update_fields=["state", "prepared_by", "approved_by"])
        _record("fee_schedule_proposed", locked_schedule, by)
    return locked_schedule


def approve(schedule: FeeSchedule, *, by: User) -> FeeSchedule:
    """Approve what another person prepared. It is activated on its first day.

    Raises IllegalScheduleMove, SamePerson, NotIndependent.
    """
    with _locked(schedule, "approved", ScheduleState.PROPOSED) as locked_schedule:
        if locked_schedule.prepared_by_id == by.pk:
            raise SamePerson
        if locked_schedule.prepared_by and not may_check(locked_schedule.prepared_by, by):
            raise NotIndependent
        locked_schedule.state, locked_schedule.approved_by = ScheduleState.APPROVED, by
        locked_schedule.save(update_fields=["state", "approved_by"])
        _record("fee_schedule_approved", locked_schedule, by)
    return locked_schedule


def send_back(schedule: FeeSchedule, *, by: User, reason: str) -> FeeSchedule:
    """Return a proposed or approved schedule to its draft. Raises IllegalScheduleMove."""
    with _locked(schedule, "sent back", ScheduleState.PROPOSED, ScheduleState.APPROVED) as locked_schedule:
        locked_schedule.state, locked_schedule.approved_by = ScheduleState.DRAFT, None
        locked_schedule.save(update_fields=["state", "approved_by"])
        _record("fee_schedule_sent_back", locked_schedule, by, reason=reason)
    return locked_schedule


def activate_due(today: date | None = None) -> int:
    """Activate every approved schedule whose first day has come and return how many.

    Safe twice at once: each schedule is locked and checked again. One that fails is
    logged and leaves the others alone; until then it counts all the same (`schedules.IN_USE`).
    """
    day = today or timezone.localdate()
    due = FeeSchedule.objects.filter(state=ScheduleState.APPROVED, valid_during__startswith__lte=day)
    done = 0
    for schedule in due.order_by("valid_during", "version"):
        try:
            with _locked(schedule, "activated", ScheduleState.APPROVED) as locked_schedule:
                _activate(locked_schedule)
            done += 1
        except IllegalScheduleMove:
            continue  # somebody else was first
        except DatabaseError:
            logger.exception("fee schedule %s could not be activated", schedule.pk)
    return done


def _activate(schedule: FeeSchedule) -> None:
    """End what is active on its first day; what would begin later inside its time is retired."""
    starts = schedule.valid_during.lower
    ended, retired = [], []
    for other in FeeSchedule.objects.filter(
        procedure=schedule.procedure_id,
        agency=schedule.agency_id,
        state=ScheduleState.ACTIVE,
        valid_during__overlap=schedule.valid_during,
    ):
        if other.valid_during.lower < starts:
            other.valid_during = DateRange(other.valid_during.lower, starts)
            ended.append(other.version)
        else:
            other.state = ScheduleState.RETIRED
            retired.append(other.version)
        other.save(update_fields=["state", "valid_during"])
    schedule.state = ScheduleState.ACTIVE
    schedule.save(update_fields=["state"])
    _record("fee_schedule_activated", schedule, None, approved_by=schedule.approved_by_id, ended=ended, retired=retired)


def retire(schedule: FeeSchedule, *, by: User, reason: str) -> FeeSchedule:
    """Stop using an active schedule today, without a successor: its cases then have no price.

    Raises IllegalScheduleMove. Bills made from it stay as they are.
    """
    today = timezone.localdate()
    with _locked(schedule, "retired", ScheduleState.ACTIVE) as locked_schedule:
        during = locked_schedule.valid_during
        if during.lower < today and not locked_schedule.has_ended_by(today):
            locked_schedule.valid_during = DateRange(during.lower, today)
        locked_schedule.state = ScheduleState.RETIRED
        locked_schedule.save(update_fields=["state", "valid_during"])
        _record("fee_schedule_retired", locked_schedule, by, reason=reason)
    return locked_schedule


def clone(schedule: FeeSchedule, *, by: User, starts: date, note: str = "") -> FeeSchedule:
    """Copy a schedule of any state into a draft of the next version, to be edited and proposed.

    It ends where the next active one begins. Going back to an older version is a clone of
    that one: the older stays as it was, the successor has a number and two persons of its own.
    """
    with transaction.atomic():
        procedure = Procedure.objects.select_for_update().get(pk=schedule.procedure_id)
        same_scope = FeeSchedule.objects.filter(procedure=procedure, agency=schedule.agency_id)
        following = same_scope.filter(state=ScheduleState.ACTIVE, valid_during__startswith__gt=starts)
        successor = following.order_by("valid_during").first()
        last = FeeSchedule.objects.filter(procedure=procedure).aggregate(last=Max("version"))["last"]
        made = FeeSchedule.objects.create(
            procedure=procedure,
            agency=schedule.agency,
            version=last + 1,
            valid_during=DateRange(starts, successor.valid_during.lower if successor else None),
            legal_basis=schedule.legal_basis,
            note=note or f"Từ phiên bản {schedule.version}",
            cloned_from=schedule,
        )
        rows: list[FeeRule | Exemption] = [*schedule.rules.all(), *schedule.exemptions.all()]
        for row in rows:
            row.pk, row.schedule = None, made
            row._state.adding = True
            row.save(force_insert=True)
        _record("fee_schedule_cloned", made, by, cloned_from=schedule.version)
    return made


def go_back_to(schedule: FeeSchedule, *, by: User, starts: date) -> FeeSchedule:
    """Draft a successor that charges again what an earlier version charged."""
    return clone(schedule, by=by, starts=starts, note=f"Quay lại phiên bản {schedule.version}")


@contextmanager
def _locked(schedule: FeeSchedule, step: str, *states: ScheduleState) -> Iterator[FeeSchedule]:
    """Lock the procedure and the schedule, and check the state again. Raises IllegalScheduleMove."""
    with transaction.atomic():
        Procedure.objects.select_for_update().get(pk=schedule.procedure_id)
        fee_schedule = FeeSchedule.objects.select_for_update().get(pk=schedule.pk)
        if fee_schedule.state not in states:
            raise IllegalScheduleMove(fee_schedule.state, step)
        yield fee_schedule


def _record(action: str, schedule: FeeSchedule, by: User | None, **detail: object) -> None:
    audit.record(
        action,
        f"fee_schedule:{schedule.pk}",
        actor=by,
        agency=schedule.agency,
        procedure=schedule.procedure.code,
        version=schedule.version,
        during=str(schedule.valid_during),
        **detail,
    )
