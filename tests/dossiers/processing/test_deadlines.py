"""When a dossier is due, against working hours counted by hand: 07:00-11:30 and 13:30-17:00, Monday to Friday."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from dossiers.models import ClockPause, Dossier, NoticeKind, WrittenNotice
from dossiers.processing import deadlines
from payments.models import Bill
from procedures.models import ProcedureCase
from procedures.models.procedure import CollectWhen
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = 2


def march(day: int, clock_time: str = "17:00") -> datetime:
    """A moment of March 2026, which has no holiday and begins on a Sunday."""
    return timezone.make_aware(datetime.fromisoformat(f"2026-03-{day:02d}T{clock_time}"))


def received(at: datetime, value: int, unit: str = "working_day") -> Dossier:
    dossier = factories.dossier(state=4, amount=0)
    ProcedureCase.objects.filter(pk=dossier.case_id).update(duration_days=value, duration_unit=unit)
    Dossier.objects.update(received_at=at, submitted_at=march(MONDAY, "07:00"))
    return Dossier.objects.get()


def pause(dossier: Dossier, began: datetime, ended: datetime | None) -> None:
    ClockPause.objects.create(dossier=dossier, state=5, started_at=began, ended_at=ended)


def dates(dossier: Dossier) -> tuple[Any, Any]:
    deadlines.count(dossier)
    return dossier.due_at, dossier.original_due_at


def test_a_pause_moves_the_date_by_its_working_days_and_the_first_date_stays() -> None:
    dossier = received(march(MONDAY, "09:00"), 5)
    assert dates(dossier) == (march(9), march(9))
    pause(dossier, march(4, "10:00"), march(6, "15:00"))  # Thursday and Friday
    assert dates(dossier) == (march(11), march(9))
    pause(dossier, march(10, "08:00"), None)  # how long an open one lasts nobody knows yet
    assert dates(dossier) == (march(11), march(9))


def test_hours_are_moved_to_the_minute() -> None:
    dossier = received(march(MONDAY, "09:00"), 16, "hour")
    assert dates(dossier) == (march(4, "09:00"), march(4, "09:00"))
    pause(dossier, march(2, "10:00"), march(3, "14:00"))  # 1:30 + 3:30 + 4:30 + 0:30
    assert dates(dossier) == (march(5, "11:00"), march(4, "09:00"))


def test_what_stood_still_before_reception_gives_no_time() -> None:
    dossier = received(march(4, "09:00"), 5)
    pause(dossier, march(MONDAY, "08:00"), march(4, "09:00"))
    assert dates(dossier) == (march(11), march(11))


def test_an_extension_is_a_new_date_that_later_pauses_move_on() -> None:
    dossier = received(march(MONDAY, "09:00"), 5)
    pause(dossier, march(4, "10:00"), march(6, "15:00"))
    WrittenNotice.objects.create(
        dossier=dossier,
        kind=NoticeKind.APOLOGY,
        reason="x",
        issued_by=factories.officer(dossier.agency),
        issued_at=march(9, "09:00"),
        due_after=march(13),
    )
    assert dates(dossier) == (march(13), march(9))
    pause(dossier, march(10, "10:00"), march(10, "15:30"))  # within a day: no day lost
    assert dates(dossier) == (march(13), march(9))
    pause(dossier, march(11, "10:00"), march(13, "10:00"))
    assert dates(dossier) == (march(17), march(9))


def test_eight_hours_of_reception_begin_anew_with_a_late_payment() -> None:
    dossier = factories.dossier()
    Dossier.objects.update(submitted_at=march(6, "16:00"))

    def deadline() -> datetime | None:
        return deadlines.reception_deadlines(Dossier.objects.with_bills()).get(dossier.pk)

    collected = ProcedureCase.objects.filter(pk=dossier.case_id)
    collected.update(collect_when=CollectWhen.ON_ACCEPT)
    assert deadline() == march(9, "16:00")  # 1 h on Friday, 4:30 and 2:30 on Monday
    collected.update(collect_when=CollectWhen.ON_SUBMIT)
    assert deadline() is None
    Bill.objects.update(state="paid", settled_at=march(9, "10:00"))
    assert deadline() == march(10, "10:00")  # 1:30 and 3:30 on Monday, 3 h on Tuesday
    Bill.objects.update(settled_at=march(6, "16:00"))
    assert deadline() == march(9, "16:00")
    Dossier.objects.update(channel="counter")
    assert deadline() is None


def test_deadlines_of_many_agencies_cost_two_queries(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        factories.dossier(amount=0)
    dossiers = list(Dossier.objects.with_bills())
    with django_assert_num_queries(2):
        assert len(deadlines.reception_deadlines(dossiers)) == 3
