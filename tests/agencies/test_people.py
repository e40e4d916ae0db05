"""Roles with dates, who may grant them, and the last administrator of the province."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agencies.audit import record as audit
from agencies.models import AuditEntry, Membership, Role, User
from tests.support import factories
from tests.support.people_pages import form
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db

USERS = "/admin/agencies/user/"


def change(browser: Client, user: User, **sent: Any) -> Any:
    return browser.post(f"{USERS}{user.pk}/change/", sent, follow=True)


def test_the_province_grants_a_role_with_dates_and_it_is_written_down() -> None:
    agency = factories.agency()
    admin = factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN)
    somebody = User.objects.create_user("somebody", password="a long test password")
    answer = change(browser_of(admin), somebody, **form(somebody, (agency, "cashier", "2026-01-01", "2030-01-01")))
    held = Membership.objects.get(user=somebody)
    assert (held.role, held.agency, str(held.valid_during.upper)) == ("cashier", agency, "2030-01-01"), answer.content
    entry = AuditEntry.objects.get(action="user_saved")
    changes = {change["field"]: change["after"] for change in entry.detail["changes"]}
    assert entry.actor == admin
    assert (changes["role"], changes["agency"], changes["valid_during"]) == (
        "Thu ngân",
        agency.name,
        "01/01/2026 – 31/12/2029",
    )


@pytest.mark.parametrize("role", ["province_admin", "auditor"])
def test_an_agencys_administrator_grants_no_role_of_the_province(role: str) -> None:
    agency = factories.agency()
    browser = browser_of(factories.officer(agency, Role.AGENCY_ADMIN))
    somebody = User.objects.create_user("somebody", password="a long test password", made_by_agency=agency)
    change(browser, somebody, **form(somebody, (agency, role, "2026-01-01", "")))
    assert not Membership.objects.filter(user=somebody).exists()
    change(browser, somebody, **form(somebody, (agency, "cashier", "2026-01-01", "")))
    assert Membership.objects.get(user=somebody).role == "cashier"


def test_nor_a_role_at_another_agency() -> None:
    agency, other = factories.agency(), factories.agency("Xã khác")
    somebody = User.objects.create_user("somebody", password="a long test password", made_by_agency=agency)
    browser = browser_of(factories.officer(agency, Role.AGENCY_ADMIN))
    change(browser, somebody, **form(somebody, (other, "cashier", "2026-01-01", "")))
    assert not Membership.objects.filter(user=somebody).exists()


def test_who_is_also_elsewhere_cannot_be_taken_over_by_a_new_password() -> None:
    """An administrator who could set it would sign in as the province's."""
    agency, other = factories.agency(), factories.agency("Xã khác")
    browser = browser_of(factories.officer(agency, Role.AGENCY_ADMIN))
    above, both, own = (factories.officer(agency) for _ in range(3))
    Membership.objects.create(user=above, agency=agency, role=Role.PROVINCE_ADMIN, valid_during=factories.FOREVER)
    Membership.objects.create(user=both, agency=other, role=Role.CASHIER, valid_during=factories.FOREVER)
    new = {"password1": "quite another password", "password2": "quite another password", "usable_password": "true"}
    answers = [browser.post(f"{USERS}{user.pk}/password/", new).status_code for user in (above, both, own)]
    assert answers == [403, 403, 302]
    for user in (above, both, own):
        user.refresh_from_db()
    assert [user.check_password("quite another password") for user in (above, both, own)] == [False, False, True]


def test_the_last_administrator_of_the_province_stays() -> None:
    """Ending the last one's role: test_roles.py."""
    province = factories.agency("Tỉnh")
    last = factories.officer(province, Role.PROVINCE_ADMIN)
    sent = form(last, (province, "province_admin", "2020-01-01", ""), existing=1)
    del sent["is_active"]
    answer = change(browser_of(last), last, **sent)
    assert "ít nhất một quản trị tỉnh" in answer.content.decode()
    last.refresh_from_db()
    assert last.is_active
    factories.officer(province, Role.PROVINCE_ADMIN)
    change(browser_of(last), last, **sent)
    assert not User.objects.get(pk=last.pk).is_active


def test_who_is_switched_off_is_out_with_the_next_click() -> None:
    officer = factories.officer(factories.agency())
    browser = browser_of(officer)
    assert browser.get("/quay/").status_code == 200
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert browser.get("/quay/").status_code == 302


def test_the_audit_is_taken_away_without_formulas_and_that_is_in_the_audit() -> None:
    audit.record("view", '=HYPERLINK("http://x")', actor=None)
    browser = browser_of(factories.officer(factories.agency("Tỉnh"), Role.AUDITOR))
    chosen = AuditEntry.objects.get(action="view").pk
    sent = {"action": "take_away", "_selected_action": [chosen]}
    answer: Any = browser.post("/admin/agencies/auditentry/", sent)
    text = b"".join(answer.streaming_content).decode()
    assert '"\'=HYPERLINK(""http://x"")"' in text
    assert AuditEntry.objects.filter(action="export_audit").count() == 1


def test_nobody_grants_or_lengthens_a_role_of_their_own() -> None:
    home = factories.agency("Tỉnh")
    admin = factories.officer(home, Role.PROVINCE_ADMIN)
    rows = ((home, "province_admin", "2020-01-01", "2090-01-01"), (home, "accountant", "2026-01-01", ""))
    before = list(admin.memberships.values("role", "valid_during"))
    answer = change(browser_of(admin), admin, **form(admin, *rows, existing=1))
    assert "do một quản trị viên khác cấp" in answer.content.decode()
    assert list(admin.memberships.values("role", "valid_during")) == before
