"""Whoever's password or second factor was changed hears of it, and the way back in is a letter in Vietnamese."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from agencies import people
from agencies.models import Role, User
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "another long test password"


@pytest.fixture
def letters(settings: Any, tmp_path: Path) -> Callable[[], list[tuple[str, str]]]:
    """What was sent so far: whom to, and what."""
    settings.MESSAGE_FILE = tmp_path / "messages.jsonl"

    def read() -> list[tuple[str, str]]:
        lines = settings.MESSAGE_FILE.read_text().splitlines() if settings.MESSAGE_FILE.exists() else []
        return [(line["to"], line["text"]) for line in map(json.loads, lines)]

    return read


def somebody(**values: Any) -> User:
    user = factories.officer(factories.agency())
    User.objects.filter(pk=user.pk).update(**values)
    user.refresh_from_db()
    return user


def test_a_changed_password_is_told_and_the_change_is_in_the_letter(letters: Any) -> None:
    user = somebody(email="binh@example.vn")
    browser = browser_of(user)
    form = {"oldpassword": "a long test password", "password1": NEW, "password2": NEW}
    assert browser.post("/tai-khoan/password/change/", form).status_code == 302
    ((address, text),) = letters()
    assert address == "binh@example.vn" and "mật khẩu của bạn vừa được đổi lúc" in text


def test_an_administrator_changes_it_and_the_person_hears(letters: Any) -> None:
    user, admin = somebody(phone="+84912345678"), factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN)
    page = f"/admin/agencies/user/{user.pk}/password/"
    browser = browser_of(admin)
    assert browser.post(page, {"password1": NEW, "password2": "not the same at all", "usable_password": "true"})
    assert letters() == [], "nothing was changed"
    assert browser.post(page, {"password1": NEW, "password2": NEW, "usable_password": "true"}).status_code == 302
    totp.TOTP.activate(user, totp.generate_totp_secret())
    people.take_factor_away(user, actor=admin)
    assert [address for address, _text in letters()] == ["+84912345678"] * 2
    assert "mật khẩu" in letters()[0][1] and "bị gỡ" in letters()[1][1]


def test_who_cannot_be_reached_changes_it_all_the_same(letters: Any) -> None:
    user = somebody(email="", phone="")
    people.take_factor_away(user, actor=user)
    assert letters() == []


def test_a_provider_that_is_away_undoes_nothing(settings: Any) -> None:
    settings.MESSAGE_CHANNELS = settings.MESSAGE_CHANNELS | {"email": "dossiers.messages.channels.by_mail"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    user = somebody(email="binh@example.vn")
    form = {"oldpassword": "a long test password", "password1": NEW, "password2": NEW}
    assert browser_of(user).post("/tai-khoan/password/change/", form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_a_forgotten_password_is_set_anew_by_a_letter_in_vietnamese_and_strangers_get_none(letters: Any) -> None:
    user = somebody(email="binh@example.vn")
    browser = Client()
    for address in ("nobody@example.vn", "binh@example.vn"):
        assert browser.post("/tai-khoan/password/reset/", {"email": address}).status_code == 302
    ((address, text),) = letters()
    assert address == "binh@example.vn" and "đặt lại mật khẩu" in text and "Hello" not in text
    assert f"Tên đăng nhập: {user.username}" in text
    link = re.search(r"http://[^/]+(/\S+)", text)
    assert link
    form = browser.get(link[1], follow=True)
    done = browser.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert done.status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert "vừa được đổi" in letters()[1][1]
