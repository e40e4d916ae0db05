"""The life of a fee schedule: two persons, its day, races, and what the database refuses by itself."""

from __future__ import annotations

import contextlib
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import AuditEntry, User
from procedures.errors import IllegalScheduleMove, SamePerson, ScheduleHasErrors, StartsInThePast
from procedures.fees import Facts, quote
from procedures.models import FeeRule, FeeSchedule, ProcedureCase, ScheduleState
from procedures.schedules import lifecycle
from procedures.schedules.load import rules_for
from tests.support import factories
from tests.support.schedules import person, schedule

pytestmark = pytest.mark.django_db


def amount(case: ProcedureCase, on: date) -> int:
    return quote(rules_for(case, on), Facts(), on).total


def test_a_schedule_goes_from_draft_to_active_by_two_persons_and_ends_the_one_before() -> None:
    case, today = factories.case(), timezone.localdate()
    start = today + timedelta(days=10)
    first = schedule(case, 10_000, date(2020, 1, 1), state=ScheduleState.ACTIVE)
    second = lifecycle.clone(first, by=(writer := person("writer")), starts=start)
    second.rules.update(price=12_000)
    lifecycle.propose(second, by=writer)
    lifecycle.approve(second, by=person("approver"))
    assert lifecycle.activate_due(today) == 0
    assert lifecycle.activate_due(start) == 1
    assert lifecycle.activate_due(start) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.valid_during.upper) == (ScheduleState.ACTIVE, start)
    assert (second.state, second.version) == (ScheduleState.ACTIVE, 2)
    assert (amount(case, today), amount(case, start)) == (10_000, 12_000)
    assert [*AuditEntry.objects.order_by("id").values_list("action", flat=True)] == [
        "fee_schedule_cloned",
        "fee_schedule_proposed",
        "fee_schedule_approved",
        "fee_schedule_activated",
    ]


def test_an_approved_schedule_counts_from_its_day_though_the_sweeper_is_down() -> None:
    case, start = factories.case(), timezone.localdate() + timedelta(days=3)
    first = schedule(case, 10_000, date(2020, 1, 1), state=ScheduleState.ACTIVE)
    second = lifecycle.clone(first, by=(writer := person("writer")), starts=start)
    second.rules.update(price=12_000)
    lifecycle.propose(second, by=writer)
    assert amount(case, start) == 10_000
    lifecycle.approve(second, by=person("approver"))
    assert (amount(case, start - timedelta(days=1)), amount(case, start)) == (10_000, 12_000)


def test_who_prepared_a_schedule_cannot_approve_it_and_the_database_agrees() -> None:
    case, writer = factories.case(), person("writer")
    draft = schedule(case, 10_000, timezone.localdate())
    lifecycle.propose(draft, by=writer)
    with pytest.raises(SamePerson):
        lifecycle.approve(draft, by=writer)
    for change in ({"approved_by": writer}, {"approved_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FeeSchedule.objects.filter(pk=draft.pk).update(state=ScheduleState.APPROVED, **change)
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        FeeSchedule.objects.filter(pk=draft.pk).update(state=ScheduleState.ACTIVE, approved_by=person("other"))


def test_steps_begin_from_their_own_state_only() -> None:
    draft = schedule(factories.case(), 10_000, timezone.localdate())
    someone = person("someone")
    with pytest.raises(IllegalScheduleMove):
        lifecycle.approve(draft, by=someone)
    with pytest.raises(IllegalScheduleMove):
        lifecycle.retire(draft, by=someone, reason="x")
    lifecycle.propose(draft, by=someone)
    with pytest.raises(IllegalScheduleMove):
        lifecycle.propose(draft, by=someone)


@pytest.mark.parametrize("state", [ScheduleState.PROPOSED, ScheduleState.APPROVED])
def test_what_was_proposed_stays_what_the_second_person_saw(state: ScheduleState) -> None:
    draft = schedule(factories.case(), 10_000, timezone.localdate())
    lifecycle.propose(draft, by=person("writer"))
    if state == ScheduleState.APPROVED:
        lifecycle.approve(draft, by=person("approver"))
    rule = draft.rules.get()
    for tamper in (
        lambda: FeeRule.objects.filter(pk=rule.pk).update(price=1),
        lambda: FeeRule.objects.filter(pk=rule.pk).delete(),
        lambda: FeeRule.objects.create(schedule=draft, code="B", name="B", kind="phi", price=1),
        lambda: FeeSchedule.objects.filter(pk=draft.pk).update(valid_during=factories.FOREVER),
        lambda: FeeSchedule.objects.filter(pk=draft.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper()
    lifecycle.send_back(draft, by=person("reader"), reason="sai mức")
    assert FeeRule.objects.filter(pk=rule.pk).update(price=20_000) == 1


def test_a_draft_with_errors_or_in_the_past_is_not_proposed() -> None:
    case, writer, today = factories.case(), person("writer"), timezone.localdate()
    with pytest.raises(ScheduleHasErrors, match="nhỏ hơn"):
        lifecycle.propose(schedule(case, 700, today), by=writer)
    with pytest.raises(StartsInThePast):
        lifecycle.propose(schedule(case, 10_000, today - timedelta(days=1)), by=writer)


def test_a_draft_that_loses_a_line_is_not_proposed() -> None:
    case, start = factories.case(), timezone.localdate() + timedelta(days=5)
    first = schedule(case, 10_000, date(2020, 1, 1))
    FeeRule.objects.create(schedule=first, case=case, code="B", name="Phí công bố", kind="phi", price=5_000)
    FeeSchedule.objects.filter(pk=first.pk).update(state=ScheduleState.ACTIVE)
    second = lifecycle.clone(first, by=(writer := person("writer")), starts=start)
    second.rules.filter(code="B").delete()
    with pytest.raises(ScheduleHasErrors, match="Phí công bố"):
        lifecycle.propose(second, by=writer)
    FeeRule.objects.create(schedule=second, case=case, code="B", name="Phí công bố (bỏ)", kind="phi", price=0)
    lifecycle.propose(second, by=writer)


def test_a_new_version_ends_where_the_planned_one_begins_or_replaces_it() -> None:
    case, today = factories.case(), timezone.localdate()
    plan = today + timedelta(days=40)
    first = schedule(case, 10_000, date(2020, 1, 1), valid_during=DateRange(date(2020, 1, 1), plan))
    planned = schedule(case, 50_000, plan)
    FeeSchedule.objects.update(state=ScheduleState.ACTIVE)
    writer, approver = person("writer"), person("approver")
    between = lifecycle.clone(first, by=writer, starts=today + timedelta(days=1))
    assert between.valid_during.upper == plan
    extended = lifecycle.clone(first, by=writer, starts=plan)
    lifecycle.propose(extended, by=writer)
    lifecycle.approve(extended, by=approver)
    assert amount(case, plan) == 10_000
    lifecycle.activate_due(plan)
    planned.refresh_from_db()
    assert planned.state == ScheduleState.RETIRED
    assert amount(case, plan) == 10_000


def test_going_back_is_a_successor_with_the_older_prices() -> None:
    case, today = factories.case(), timezone.localdate()
    old = schedule(case, 10_000, date(2020, 1, 1), valid_during=DateRange(date(2020, 1, 1), date(2026, 1, 1)))
    schedule(case, 12_000, date(2026, 1, 1))
    FeeSchedule.objects.update(state=ScheduleState.ACTIVE)
    successor = lifecycle.go_back_to(old, by=(writer := person("writer")), starts=today)
    lifecycle.propose(successor, by=writer)
    lifecycle.approve(successor, by=person("approver"))
    lifecycle.activate_due(today)
    assert (successor.version, successor.cloned_from) == (3, old)
    assert amount(case, today) == 10_000


def test_the_database_keeps_one_active_schedule_a_day_and_scope() -> None:
    case = factories.case()
    schedule(case, 10_000, date(2020, 1, 1), state=ScheduleState.ACTIVE)
    with pytest.raises(IntegrityError, match="schedule_active_once_a_day"), transaction.atomic():
        schedule(case, 12_000, date(2026, 1, 1), state=ScheduleState.ACTIVE)
    here = factories.agency()
    schedule(case, 8_000, date(2026, 1, 1), state=ScheduleState.ACTIVE, agency=here)
    day = date(2026, 6, 1)
    assert quote(rules_for(case, day, here), Facts(), day).total == 8_000
    assert quote(rules_for(case, day, factories.agency()), Facts(), day).total == 10_000


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_activate_a_schedule_once() -> None:
    case, today = factories.case(), timezone.localdate()
    schedule(case, 10_000, date(2020, 1, 1), state=ScheduleState.ACTIVE)
    draft = schedule(case, 12_000, today)
    lifecycle.propose(draft, by=person("writer"))
    lifecycle.approve(draft, by=person("approver"))
    done, barrier = [], threading.Barrier(2)

    def sweep() -> None:
        try:
            barrier.wait(timeout=30)
            done.append(lifecycle.activate_due(today))
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 1]
    assert AuditEntry.objects.filter(action="fee_schedule_activated").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_of_two_approvals_at_once_one_counts(is_guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control takes the lock out: then both believe they approved."""
    made = schedule(factories.case(), 10_000, timezone.localdate())
    lifecycle.propose(made, by=person("writer"))
    if not is_guarded:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    approvers, meeting = [person("one"), person("two")], threading.Barrier(2)
    record, outcomes = lifecycle._record, []

    def slow_record(*args: Any, **values: Any) -> None:
        # Whoever is here has read the state; without the lock the other one is here, too.
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(0.5)
        record(*args, **values)

    monkeypatch.setattr(lifecycle, "_record", slow_record)

    def approve(by: User) -> None:
        try:
            lifecycle.approve(made, by=by)
            outcomes.append("approved")
        except IllegalScheduleMove:
            outcomes.append("refused")
        except DatabaseError:
            outcomes.append("collided")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[by]) for by in approvers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(outcomes) == ["approved", "refused"]) is is_guarded
    assert AuditEntry.objects.filter(action="fee_schedule_approved").count() == 1 or not is_guarded
