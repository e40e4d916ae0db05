"""Roles end and last longer by one act, and sessions are seen and ended one by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.errors import LastProvinceAdmin, RoleIsOver
from agencies.models import Agency, AuditEntry, Membership, Role, User
from agencies.roles import terms
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db

LIST = "/admin/agencies/membership/"
TODAY = timezone.localdate


def held(until: date | None = None, *, at: Agency | None = None, role: Role = Role.CASHIER) -> Membership:
    made = factories.officer(at or factories.agency(), role).memberships.get()
    made.valid_during = DateRange(date(2025, 1, 1), until)
    made.save()
    return made


def act(browser: Client, name: str, *rows: Membership) -> Any:
    return browser.post(LIST, {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True)


@pytest.fixture
def province() -> Client:
    return browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN))


def test_a_role_that_is_ended_opens_nothing_with_the_next_click(province: Client) -> None:
    role = held()
    browser = browser_of(role.user)
    assert browser.get("/quay/").status_code == 200
    act(province, "end_now", role)
    assert browser.get("/quay/").status_code == 403
    entry = AuditEntry.objects.get(action="role_ended")
    assert entry.agency == role.agency
    assert entry.detail["changes"][0]["before"] == "từ 01/01/2025"


def test_a_role_is_extended_by_a_year_and_one_without_an_end_is_left_alone(province: Client) -> None:
    soon, open_ended, over = held(TODAY() + timedelta(days=10)), held(), held(TODAY())
    answer = act(province, "extend_by_a_year", soon, open_ended, over)
    for role in (soon, open_ended, over):
        role.refresh_from_db()
    assert soon.valid_during.upper == TODAY() + timedelta(days=375)
    assert (open_ended.valid_during.upper, over.valid_during.upper) == (None, TODAY())
    assert "Đã gia hạn 1 vai trò" in answer.content.decode()
    assert "hãy cấp lại" in answer.content.decode()


def test_what_ends_within_thirty_days_is_a_list(province: Client) -> None:
    soon, later = held(TODAY() + timedelta(days=30)), held(TODAY() + timedelta(days=31))
    held(TODAY())
    shown = province.get(LIST, {"thoi-han": "sap-het"}).context["cl"].queryset
    assert list(shown) == [soon]
    assert later in province.get(LIST, {"thoi-han": "dang"}).context["cl"].queryset


def test_a_role_that_begins_later_never_begins_and_one_that_is_over_cannot_be_touched() -> None:
    by = User.objects.create_user("by")
    planned = held()
    planned.valid_during = DateRange(TODAY() + timedelta(days=9), None)
    planned.save()
    assert terms.end(planned, actor=by).valid_during.isempty
    for verb in (lambda: terms.end(planned, actor=by), lambda: terms.extend(planned, date(2100, 1, 1), actor=by)):
        with pytest.raises(RoleIsOver):
            verb()


def test_the_last_administrator_of_the_province_keeps_the_role(province: Client) -> None:
    last = Membership.objects.get(role=Role.PROVINCE_ADMIN)
    with pytest.raises(LastProvinceAdmin):
        terms.end(last, actor=last.user)
    assert "luôn còn một quản trị tỉnh" in act(province, "end_now", last).content.decode()
    last.refresh_from_db()
    assert last.valid_during.upper is None


def test_an_agencys_administrator_ends_the_agencys_roles_and_no_other(province: Client) -> None:
    agency = factories.agency()
    browser = browser_of(factories.officer(agency, Role.AGENCY_ADMIN))
    own, auditor, stranger = held(at=agency), held(at=agency, role=Role.AUDITOR), held()
    act(browser, "end_now", own, auditor, stranger)
    for role in (own, auditor, stranger):
        role.refresh_from_db()
    assert [role.valid_during.upper for role in (own, auditor, stranger)] == [TODAY(), None, None]


def test_ending_asks_for_the_password_again_when_the_last_time_is_long_ago() -> None:
    role = held()
    browser = browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN), minutes_ago=60)
    answer = browser.post(LIST, {"action": "end_now", "_selected_action": [role.pk]})
    assert "/tai-khoan/" in answer.headers["Location"]
    role.refresh_from_db()
    assert role.valid_during.upper is None


def sign_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    UserSession.objects.create(user=user, ip="10.0.0.9", user_agent="Firefox", session_key=browser.session.session_key)
    return browser


def test_sessions_are_listed_and_one_of_them_is_ended(province: Client) -> None:
    officer = factories.officer(factories.agency())
    one, other = sign_in(officer), sign_in(officer)
    page = f"/admin/agencies/user/{officer.pk}/phien/"
    shown = province.get(page)
    assert shown.content.decode().count("10.0.0.9") >= 2
    first = shown.context["sessions"].get(session_key=one.session.session_key)
    province.post(page, {"session": first.pk})
    assert (one.get("/quay/").status_code, other.get("/quay/").status_code) == (302, 200)
    province.post(page)
    assert other.get("/quay/").status_code == 302
    assert AuditEntry.objects.filter(action="sessions_ended").count() == 2


def test_the_sessions_of_another_agency_are_not_found_and_an_auditor_ends_none() -> None:
    officer = factories.officer(factories.agency())
    browser = sign_in(officer)
    page = f"/admin/agencies/user/{officer.pk}/phien/"
    stranger = browser_of(factories.officer(factories.agency("Xã khác"), Role.AGENCY_ADMIN))
    auditor = browser_of(factories.officer(factories.agency(), Role.AUDITOR))
    assert [who.post(page).status_code for who in (stranger, auditor)] == [404, 403]
    assert browser.get("/quay/").status_code == 200


def test_nobody_extends_a_role_of_their_own() -> None:
    role = held(TODAY() + timedelta(days=10), role=Role.PROVINCE_ADMIN)
    answer = act(browser_of(role.user), "extend_by_a_year", role)
    role.refresh_from_db()
    assert role.valid_during.upper == TODAY() + timedelta(days=10)
    assert "không ai tự gia hạn" in answer.content.decode()
