"""The buttons of a fee schedule: offered by state, asked before, refused kindly, closed to others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.forms import modelform_factory
from django.urls import reverse
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Role
from procedures.admin.schedules import RuleForm
from procedures.models import FeeRule, FeeSchedule, ScheduleState
from procedures.schedules.findings import findings_in_use
from tests.support import factories
from tests.support.schedule_pages import page, signed_in
from tests.support.schedules import schedule
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db


def test_the_way_from_draft_to_approved_over_the_pages() -> None:
    draft = schedule(factories.case(), 10_000, timezone.localdate())
    writer, approver = signed_in("writer"), signed_in("approver")
    text = writer.get(page(draft)).content.decode()
    assert "Trình duyệt" in text
    assert "Không có vấn đề" in text
    assert writer.get(page(draft, "propose")).status_code == 200
    assert FeeSchedule.objects.get().state == ScheduleState.DRAFT  # a link changes nothing
    writer.post(page(draft, "propose"))
    assert page(draft, "approve") not in writer.get(page(draft)).content.decode()
    assert page(draft, "approve") in approver.get(page(draft)).content.decode()
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
    assert "nhỏ hơn 1.000\u00a0đ" in answer.content.decode()


def test_a_first_day_that_is_over_is_said_before_the_last_press() -> None:
    draft = schedule(factories.case(), 10_000, timezone.localdate() - timedelta(days=1))
    client, words = signed_in("writer"), "Ngày bắt đầu đã qua"
    assert words in client.get(page(draft)).content.decode()
    asked = client.get(page(draft, "propose")).content.decode()
    assert words in asked
    assert 'bg-primary-600 text-white font-medium px-3 py-2 rounded-default">Trình duyệt' not in asked
    assert words in client.post(page(draft, "propose"), follow=True).content.decode()


def test_a_price_below_nothing_is_refused_in_words_and_not_by_a_constraints_name() -> None:
    rule = schedule(factories.case(), 10_000, timezone.localdate()).rules.get()
    form = modelform_factory(FeeRule, form=RuleForm, fields=["price", "cap", "tiers"])
    answer = form({"price": "-1", "cap": "-1", "tiers": "[]"}, instance=rule)
    assert set(answer.errors) == {"price", "cap"}
    assert "Constraint" not in str(answer.errors)


def test_an_active_schedule_is_not_editable_and_a_reader_changes_nothing() -> None:
    active = schedule(factories.case(), 10_000, timezone.localdate(), state=ScheduleState.ACTIVE)
    assert signed_in("writer").post(page(active), {"legal_basis": "x"}).status_code == 403
    reader = signed_in("reader", is_superuser=False)
    for step in ("change", "propose", "approve", "clone", "retire"):
        assert reader.post(page(active, step), {"reason": "x"}).status_code == 403
    assert FeeSchedule.objects.get().state == ScheduleState.ACTIVE


def test_one_page_tells_what_is_suspicious_in_everything_in_use(django_assert_max_num_queries: Any) -> None:
    today = timezone.localdate()
    small = schedule(factories.case(), 700, today, state=ScheduleState.ACTIVE)
    ends = DateRange(date(2020, 1, 1), today + timedelta(days=30))
    ending = schedule(factories.case(), 10_000, today, state=ScheduleState.ACTIVE, valid_during=ends)
    schedule(factories.case(), 10_000, today, state=ScheduleState.ACTIVE)
    reader = browser_of(factories.officer(factories.agency(), Role.AUDITOR))
    text = reader.get(reverse("admin:procedures_feeschedule_check_all")).content.decode()
    for words in (small.procedure.code, "nhỏ hơn 1.000", ending.procedure.code, "hết hạn"):
        assert words in text, words
    for _ in range(20):
        schedule(factories.case(), 10_000, today, state=ScheduleState.ACTIVE)
    with django_assert_max_num_queries(6):
        list(findings_in_use())


def test_a_procedure_shows_all_its_versions_as_one_picture_of_time() -> None:
    case, today = factories.case(), timezone.localdate()
    gap = today + timedelta(days=40)
    schedule(case, 10_000, today, state=ScheduleState.ACTIVE, valid_during=DateRange(date(2020, 1, 1), today))
    schedule(case, 12_000, gap, state=ScheduleState.ACTIVE)
    reader = browser_of(factories.officer(factories.agency(), Role.AUDITOR))
    text = reader.get(f"/admin/procedures/procedure/{case.procedure_id}/change/").content.decode()
    for words in ("v1: 10.000", "v2: 12.000", "không có mức"):
        assert words in text.replace("\u00a0", " "), words
