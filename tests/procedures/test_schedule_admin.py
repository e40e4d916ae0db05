"""The buttons of a fee schedule: offered by state, asked before, refused kindly, closed to others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import User
from procedures.models import FeeSchedule, ScheduleState
from tests import factories
from tests.procedures.test_schedule_life import schedule
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db


def signed_in(name: str, *, is_superuser: bool = True) -> Client:
    user = User.objects.create_user(name, password="a long test password", is_staff=True, is_superuser=is_superuser)
    return browser_of(user)


def page(of: FeeSchedule, step: str = "change") -> str:
    return f"/admin/procedures/feeschedule/{of.pk}/{step}/"


def test_the_way_from_draft_to_approved_over_the_pages() -> None:
    draft = schedule(factories.case(), 10_000, timezone.localdate())
    writer, approver = signed_in("writer"), signed_in("approver")
    text = writer.get(page(draft)).content.decode()
    assert "Trình duyệt" in text
    assert "Không có vấn đề" in text
    assert writer.get(page(draft, "propose")).status_code == 200
    assert FeeSchedule.objects.get().state == ScheduleState.DRAFT  # a link changes nothing
    writer.post(page(draft, "propose"))
    answer = writer.post(page(draft, "approve"), follow=True)
    assert "không được tự duyệt" in answer.content.decode()
    answer = approver.post(page(draft, "approve"), follow=True)
    assert "Đã duyệt" in answer.content.decode()
    assert FeeSchedule.objects.get().state == ScheduleState.APPROVED


def test_a_new_version_and_a_refusal_with_the_linters_words() -> None:
    active = schedule(factories.case(), 10_000, timezone.localdate(), state=ScheduleState.ACTIVE)
    client = signed_in("writer")
    assert "Trình duyệt" not in client.get(page(active)).content.decode()
    start = timezone.localdate() + timedelta(days=5)
    client.post(page(active, "clone"), {"starts": start.strftime("%d/%m/%Y")})
    draft = FeeSchedule.objects.get(version=2)
    assert draft.valid_during.lower == start
    draft.rules.update(price=700)
    answer = client.post(page(draft, "propose"), follow=True)
    assert "nhỏ hơn 1.000 đ" in answer.content.decode()


def test_an_active_schedule_is_not_editable_and_a_reader_changes_nothing() -> None:
    active = schedule(factories.case(), 10_000, timezone.localdate(), state=ScheduleState.ACTIVE)
    assert signed_in("writer").post(page(active), {"legal_basis": "x"}).status_code == 403
    reader = signed_in("reader", is_superuser=False)
    for step in ("change", "propose", "approve", "clone", "retire"):
        assert reader.post(page(active, step), {"reason": "x"}).status_code == 403
    assert FeeSchedule.objects.get().state == ScheduleState.ACTIVE
