"""What every answer, log line and kept name must be, wherever it is made (docs/security.md)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from core.values.form_fields import PlainTextField
from core.values.text import plain
from payments.api.fields import PlainTextField as ApiTextField
from portal.logs import OneLine
from tests.support import factories
from tests.support.signing_in import browser_of

#: Banks sign their messages, systems send a key: neither has a cookie to be abused. A browser's report changes
#: nothing, nor does the form by which a gateway's page leads back.
UNASKED = {"gateway-notify", "vietinbank-notify", "vietinbank-inquire", "csp-report", "gateway-return"}


def _exempt(resolver: Any) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _exempt(pattern)
        elif getattr(pattern.callback, "csrf_exempt", False) and not hasattr(pattern.callback, "cls"):
            yield str(pattern.name)


def test_only_what_banks_send_needs_no_token_of_the_form() -> None:
    assert set(_exempt(get_resolver())) == UNASKED


@pytest.mark.django_db
def test_the_camera_is_for_the_desk_only() -> None:
    officer = factories.officer(factories.agency())
    for page, camera in (("/", "camera=()"), ("/quay/", "camera=(self)")):
        policy = browser_of(officer).get(page).headers["Permissions-Policy"]
        assert policy.startswith(camera) and "geolocation=()" in policy


@pytest.mark.django_db
def test_signing_in_begins_another_session_and_it_ends_after_twelve_hours_of_work(settings: Any) -> None:
    officer = factories.officer(factories.agency())
    browser = Client()
    session = browser.session
    session["chosen"] = "before"
    session.save()
    before = str(session.session_key)
    browser.cookies[settings.SESSION_COOKIE_NAME] = before
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        browser.post("/tai-khoan/login/", {"login": officer.username, "password": "a long test password"})
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    for minutes in range(25, 12 * 60, 25):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert browser.get("/quay/").status_code == 200
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        assert "/login/" in browser.get("/quay/").headers["Location"]


def test_nobodys_text_begins_a_line_of_the_log() -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 1, "order %s", ("1\r\n2026 ERROR x forged",), None)
    line = OneLine("{levelname} {message}", style="{").format(record)
    assert line.splitlines() == ["ERROR order 1\\r\\n2026 ERROR x forged"]
    try:
        raise ValueError("kept")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    assert len(OneLine("{message}", style="{").format(record).splitlines()) > 2, "a traceback keeps its lines"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Nguyễn Thị Bình", "Nguyễn Thị Bình"),
        ("Nguyễn Văn\u200b An\ufeff", "Nguyễn Văn An"),
        ("An\u202egnoud 000.01\u202c", "Angnoud 000.01"),
        ("dòng một\ndòng hai", "dòng một\ndòng hai"),
        ("\u2067\u200f\u061c", ""),
    ],
    ids=["decomposed", "zero width", "written backwards", "lines stay", "nothing to see"],
)
def test_names_are_kept_as_they_are_seen(typed: str, kept: str) -> None:
    assert plain(typed) == kept
    assert PlainTextField(required=False).clean(typed) == kept
    if kept:
        assert ApiTextField().run_validation(typed) == kept


@pytest.mark.django_db
def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who measures must not learn which names there are (S-9): the hash is what takes time."""
    officer = factories.officer(factories.agency())
    hashed: list[str] = []
    real = MD5PasswordHasher.encode

    def encode(*args: Any) -> str:  # `verify` makes the hash anew, too
        hashed.append("")
        return real(*args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)

    def work(name: str) -> int:
        hashed.clear()
        Client().post("/tai-khoan/login/", {"login": name, "password": "wrong"})
        return len(hashed)

    assert work(officer.username) == work("nobody-of-that-name") > 0
