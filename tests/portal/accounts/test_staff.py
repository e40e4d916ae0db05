"""Second factor, idle desks, proving again, and what of it is written down: over the real sign-in page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import redis
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import timezone

from agencies import people
from agencies.models import AuditEntry, Role, User
from tests.support import factories
from tests.support.second_factor import LOGIN, PASSWORD, code, with_factor
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True


def signed_in(user: User, secret: str) -> Client:
    """Somebody who went through both steps of the page."""
    browser = Client()
    browser.post(LOGIN, {"login": user.username, "password": PASSWORD})
    answer = browser.post("/tai-khoan/2fa/authenticate/", {"code": code(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def test_a_factor_taken_away_in_the_middle_of_signing_in_leads_back_to_the_beginning() -> None:
    user, _secret = with_factor()
    browser = Client()
    assert "authenticate" in browser.post(LOGIN, {"login": user.username, "password": PASSWORD}).headers["Location"]
    Authenticator.objects.filter(user=user).delete()
    page = browser.get("/tai-khoan/2fa/authenticate/", follow=True)
    assert page.redirect_chain == [(LOGIN, 302)]
    assert page.status_code == 200
    browser.post(LOGIN, {"login": user.username, "password": PASSWORD})
    assert browser.get("/quay/").headers["Location"] == "/tai-khoan/2fa/totp/activate/"


@pytest.mark.parametrize("role", Role)
def test_no_role_works_with_a_password_alone(role: Role) -> None:
    user = factories.officer(factories.agency(), role)
    browser = Client()
    browser.post(LOGIN, {"login": user.username, "password": PASSWORD})
    for page in ("/quay/", "/doi-soat/", "/admin/"):
        assert browser.get(page).headers["Location"] == "/tai-khoan/2fa/totp/activate/"
    prompt = browser.get("/tai-khoan/2fa/totp/activate/").headers["Location"]
    answer = browser.post(prompt, {"password": PASSWORD, "next": "/tai-khoan/2fa/totp/activate/"}, follow=True)
    assert "data:image/svg+xml" in answer.content.decode()


def test_with_a_second_factor_the_password_alone_is_no_session_and_a_code_works_once() -> None:
    user, secret = with_factor()
    browser = Client()
    browser.post(LOGIN, {"login": user.username, "password": PASSWORD})
    assert "/login/" in browser.get("/quay/").headers["Location"]
    used = code(secret)
    assert browser.post("/tai-khoan/2fa/authenticate/", {"code": used}).status_code == 302
    assert browser.get("/quay/").status_code == 200
    another = Client()
    another.post(LOGIN, {"login": user.username, "password": PASSWORD})
    assert another.post("/tai-khoan/2fa/authenticate/", {"code": used}).status_code == 200
    assert "/login/" in another.get("/quay/").headers["Location"]


def test_without_redis_people_still_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> Any:
        raise redis.ConnectionError("away")

    monkeypatch.setattr(redis.connection.Connection, "connect", away)
    user, secret = with_factor()
    assert signed_in(user, secret).get("/quay/").status_code == 200


def test_an_unattended_desk_is_locked_and_polling_does_not_keep_it_open() -> None:
    user, secret = with_factor()
    browser = signed_in(user, secret)
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=25), tick=False):
        assert browser.get("/quay/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=50), tick=False):
        browser.get("/quay/nothing/trang-thai/")
    with time_machine.travel(start + timedelta(minutes=56), tick=False):
        answer = browser.get("/quay/")
        assert answer.headers["Location"] == f"{LOGIN}?next=/quay/"


def test_who_loses_the_phone_is_out_at_once_and_sets_up_another() -> None:
    user, secret = with_factor()
    browser = signed_in(user, secret)
    people.take_factor_away(user, actor=factories.officer(factories.agency(), Role.PROVINCE_ADMIN))
    assert "/login/" in browser.get("/quay/").headers["Location"]
    browser.post(LOGIN, {"login": user.username, "password": PASSWORD})
    assert "activate" in browser.get("/quay/").headers["Location"]


def test_sessions_are_seen_and_ended_by_oneself_and_by_an_administrator() -> None:
    user, secret = with_factor()
    here = signed_in(user, secret)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        there = signed_in(user, secret)
        page: Any = here.get("/tai-khoan/sessions/")
        assert (page.context["session_count"], page.content.decode().count("máy này")) == (2, 1)
        here.post("/tai-khoan/sessions/")
        assert "/login/" in there.get("/quay/").headers["Location"]
        assert here.get("/quay/").status_code == 200
        admin = factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN)
        totp.TOTP.activate(admin, totp.generate_totp_secret())
        sent = {"action": "end_sessions", "_selected_action": [user.pk]}
        browser_of(admin).post("/admin/agencies/user/", sent)
        assert "/login/" in here.get("/quay/").headers["Location"]


SUDO = {
    "/doi-soat/hoan-tien/1/duyet/": Role.ACCOUNTANT,
    "/doi-soat/hoan-tien/1/chuyen-khoan/": Role.ACCOUNTANT,
    "/doi-soat/sai-lech/1/chuyen/1/": Role.ACCOUNTANT,
    "/doi-soat/ngay/1/2026-01-01/khoa/": Role.ACCOUNTANT,
    "/doi-soat/ngay/1/2026-01-01/mo-lai/": Role.PROVINCE_ADMIN,
    "/admin/agencies/user/add/": Role.PROVINCE_ADMIN,
    "/admin/agencies/user/1/change/": Role.PROVINCE_ADMIN,
    "/admin/agencies/user/1/password/": Role.PROVINCE_ADMIN,
    "/admin/payments/merchantaccount/add/": Role.PROVINCE_ADMIN,
}


@pytest.mark.parametrize("path", SUDO)
def test_money_rights_and_keys_ask_again_after_fifteen_minutes(path: str, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = False
    user = factories.officer(factories.agency(), SUDO[path])
    old, fresh = browser_of(user, minutes_ago=16), browser_of(user, minutes_ago=14)
    assert "/tai-khoan/reauthenticate/" in old.post(path).headers.get("Location", "")
    assert "reauthenticate" not in fresh.post(path).headers.get("Location", "")


def test_after_the_password_the_same_form_goes_on(settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = False
    admin = factories.officer(factories.agency(), Role.PROVINCE_ADMIN)
    browser = browser_of(admin, minutes_ago=16)
    new = {"username": "new.officer", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    rows = {f"memberships-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    prompt = browser.post("/admin/agencies/user/add/", new | rows).headers["Location"]
    assert not User.objects.filter(username="new.officer").exists()
    browser.post(prompt, {"password": PASSWORD, "next": "/admin/agencies/user/add/"})
    assert User.objects.filter(username="new.officer").exists()


def test_what_is_written_down_of_signing_in() -> None:
    user, secret = with_factor()
    Client().post(LOGIN, {"login": user.username, "password": "wrong"})
    Client().post(LOGIN, {"login": "my secret by mistake", "password": "x"})
    browser = signed_in(user, secret)
    browser.get("/doi-soat/")
    answer = browser.post("/tai-khoan/logout/")
    entries = list(AuditEntry.objects.order_by("id").values_list("action", "subject", "address"))
    one = f"user:{user.pk}"
    assert entries == [
        ("sign_in_failed", one, "127.0.0.1"),
        ("sign_in_failed", "user:unknown", "127.0.0.1"),
        ("signed_in", one, "127.0.0.1"),
        ("refused", "/doi-soat/", "127.0.0.1"),
        ("signed_out", one, "127.0.0.1"),
    ]
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert not Authenticator.objects.exclude(user=user).exists()
