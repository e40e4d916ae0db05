"""Guessing passwords and codes: few tries, counted before they are looked at, and nobody locks a colleague out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client

from agencies.models import AuditEntry, User
from portal.accounts.adapter import WRONG_OF_NAME_HERE
from tests.support.concurrency import at_once
from tests.support.second_factor import LOGIN, PASSWORD, code, with_factor

pytestmark = pytest.mark.django_db(transaction=True)
AUTHENTICATE = "/tai-khoan/2fa/authenticate/"
WRONG = "not the password"


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT, settings.STAFF_MFA_REQUIRED = 1, True


def looked_at() -> int:
    """How many passwords were compared and found wrong."""
    return AuditEntry.objects.filter(action="sign_in_failed").count()


def sign_in(name: str, password: str, address: str = "203.0.113.7") -> Client:
    browser = Client(headers={"X-Forwarded-For": f"1.1.1.1, {address}"})
    browser.post(LOGIN, {"login": name, "password": password})
    return browser


def is_in(browser: Client) -> bool:
    return "/login/" not in browser.get(AUTHENTICATE).headers.get("Location", "")


def test_of_thirty_wrong_passwords_at_once_ten_are_looked_at() -> None:
    user, _secret = with_factor()
    names = [user.username, user.username.upper(), user.username.title()]
    at_once(30, lambda number: sign_in(names[number % 3], WRONG))
    assert looked_at() == WRONG_OF_NAME_HERE.most
    assert AuditEntry.objects.filter(action="sign_in_locked", subject=f"user:{user.pk}").count() == 20
    assert not is_in(sign_in(user.username, PASSWORD)), "who guesses right in the end is too late"
    assert is_in(sign_in(user.username, PASSWORD, "198.51.100.9")), "the colleague at her own desk signs in"


def test_many_names_from_one_address_are_counted_together() -> None:
    for number in range(50):
        sign_in(f"name{number}", WRONG)
    assert looked_at() == 40


def test_right_passwords_use_nothing_up() -> None:
    user, _secret = with_factor()
    assert all(is_in(sign_in(user.username, PASSWORD)) for _ in range(15))


def test_of_thirty_codes_at_once_five_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    user, _secret = with_factor()
    browser = sign_in(user.username, PASSWORD)
    looked_at: list[str] = []
    real = totp.validate_totp_code

    def counted(secret: str, typed: str) -> Any:
        looked_at.append(typed)
        return real(secret, typed)

    monkeypatch.setattr(totp, "validate_totp_code", counted)

    def guess(number: int) -> None:
        other = Client(headers={"X-Forwarded-For": "203.0.113.7"})
        other.cookies = browser.cookies
        other.post(AUTHENTICATE, {"code": f"{number:06d}"})

    at_once(30, guess)
    assert 1 <= len(looked_at) <= 5


def test_a_lost_password_leads_to_the_second_factor_and_not_past_it(settings: Any) -> None:
    settings.MESSAGE_CHANNELS = {**settings.MESSAGE_CHANNELS, "email": "dossiers.messages.channels.by_mail"}
    user, secret = with_factor()
    User.objects.filter(pk=user.pk).update(email="an@example.vn")
    browser = Client()
    browser.post("/tai-khoan/password/reset/", {"email": "an@example.vn"})
    (letter,) = mail.outbox
    link = re.search(r"/tai-khoan/password/reset/key/\S+", str(letter.body))
    assert link
    form = browser.get(link.group(), follow=True).request["PATH_INFO"]
    browser.post(form, {"password1": "another long password", "password2": "another long password"})
    assert "/login/" in browser.get("/quay/").headers["Location"], "the letter alone is no session"
    browser = sign_in(user.username, "another long password")
    assert "/login/" in browser.get("/quay/").headers["Location"], "nor is it with the new password"
    assert browser.post(AUTHENTICATE, {"code": code(secret)}).status_code == 302
    assert browser.get("/quay/").status_code == 200
