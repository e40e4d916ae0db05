"""An agency's administrator opens an account that another will give the province's rights to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from agencies.models import Agency, Membership, Role, User
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
USERS = "/admin/agencies/user/"
NO_ROLES = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
NEW = {"password1": "quite another password", "password2": "quite another password", "usable_password": "true"}


def admin_of(agency: Agency) -> Client:
    return browser_of(factories.officer(agency, Role.AGENCY_ADMIN))


def made_by(browser: Client, name: str) -> User:
    assert browser.post(f"{USERS}add/", {"username": name, **NEW, **NO_ROLES}).status_code == 302
    return User.objects.get(username=name)


def statuses(browser: Client, user: User) -> list[int]:
    pages = [browser.get(f"{USERS}{user.pk}/change/"), browser.post(f"{USERS}{user.pk}/password/", NEW)]
    return [page.status_code for page in pages]


def page_of(user: User, agency: Agency, role: str, **values: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "is_active": "on",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": user.pk,
        "memberships-0-agency": agency.pk,
        "memberships-0-role": role,
        "memberships-0-valid_during_0": "2026-01-01",
        **values,
    }


def test_an_account_without_roles_is_not_everybodys() -> None:
    here, there = factories.agency(), factories.agency("Xã khác")
    own, thief = admin_of(here), admin_of(there)
    province = browser_of(factories.officer(there, Role.PROVINCE_ADMIN))
    of_agency, of_province = made_by(own, "cua.xa"), made_by(province, "cua.tinh")
    assert (of_agency.made_by_agency, of_province.made_by_agency) == (here, None)
    assert statuses(thief, of_agency) == statuses(thief, of_province) == [404, 404]
    assert statuses(own, of_province) == [404, 404]
    assert statuses(own, of_agency) == statuses(province, of_province) == [200, 302]
    listed = thief.get(USERS).content.decode()
    assert "cua.xa" not in listed and "cua.tinh" not in listed


def test_nor_is_one_whose_roles_have_ended() -> None:
    here = factories.agency()
    former = factories.officer(here)
    Membership.objects.filter(user=former).update(valid_during="[2020-01-01,2021-01-01)")
    assert statuses(admin_of(here), former)[1] == 403


def test_a_role_of_the_province_takes_password_and_factor_from_whoever_set_them(settings: Any, tmp_path: Path) -> None:
    settings.MESSAGE_FILE = tmp_path / "messages.jsonl"
    here = factories.agency()
    province = browser_of(factories.officer(here, Role.PROVINCE_ADMIN))
    person = made_by(admin_of(here), "nguoi.moi")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    thief = browser_of(person)
    sent = page_of(person, here, "auditor")
    refused = province.post(f"{USERS}{person.pk}/change/", sent)
    assert "cần thư điện tử" in refused.content.decode() and not person.memberships.exists()
    answer = province.post(f"{USERS}{person.pk}/change/", {**sent, "email": "moi@tinh.test"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert not person.has_usable_password() and not Authenticator.objects.filter(user=person).exists()
    assert reverse("account_login") in thief.get("/quay/")["Location"]
    [letter] = [json.loads(line) for line in settings.MESSAGE_FILE.read_text().splitlines()]
    link = letter["text"].split()[-1]
    assert letter["to"] == "moi@tinh.test"
    form = Client().get(link.removeprefix(settings.BASE_URL), follow=True)
    assert form.status_code == 200 and "password1" in form.content.decode()
