"""Signing in as a citizen in real Chromium against the sandbox's OpenID provider, and every way it is forged."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.support.journeys import assert_good, follow

from .stage import MARKS

pytestmark = MARKS
BINH = "026192000202"
#: A code challenge nobody holds the verifier of.
OTHER_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def ask(page: Page, base: str) -> None:
    """Leave for the provider."""
    page.goto(f"{base}/ho-so-cua-toi/")
    follow(page, "main button.primary")


def agree(page: Page, citizen: str, *, forgery: str = "") -> None:
    """Say who one is at the provider, and come back."""
    page.check(f"[value={citizen}]")
    page.select_option("[name=forgery]", forgery)
    follow(page, "button:has-text('Đồng ý')")


def asked_otherwise(page: Page, **changes: str) -> None:
    """Ask the provider what the browser was sent to ask, but for `changes`."""
    address, _, query = page.url.partition("?")
    page.goto(f"{address}?{urlencode(dict(parse_qsl(query)) | changes)}")


def come_back_otherwise(page: Page, **changes: str) -> None:
    """Agree, and open the way back with `changes`."""
    answer = page.request.post(page.url, form={"subject": "an"}, max_redirects=0)
    address, _, query = answer.headers["location"].partition("?")
    page.goto(f"{address}?{urlencode(dict(parse_qsl(query)) | changes)}")


def test_a_citizen_signs_in_and_sees_their_own_dossiers_only(demo: dict[str, Any], browser: Browser) -> None:
    base = demo["base_url"]
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(f"{base}/ho-so-cua-toi/")
    assert_good(page)
    follow(page, "main button.primary")
    parameters = parse_qs(urlsplit(page.url).query)
    assert parameters["code_challenge_method"] == ["S256"]
    assert parameters["response_type"] == ["code"]
    assert all(parameters[name] for name in ("state", "nonce", "code_challenge"))
    agree(page, "binh")
    assert page.url == f"{base}/ho-so-cua-toi/"
    assert_good(page)
    assert "Trần Thị Bình" in page.inner_text("main")
    assert BINH not in page.content(), "the number itself stays with us"

    page.goto(f"{base}/thu-tuc/2.000815/")
    follow(page, "a.button:has-text('Nộp hồ sơ')")
    assert page.input_value("#id_owner_name") == "Trần Thị Bình"
    assert page.input_value("#id_owner_identity_number") == BINH
    follow(page, "main button.primary")
    page.select_option("#id_agency", label="Phường Việt Trì")
    page.fill("#id_pages", "3")
    page.fill("#id_copies", "2")
    for _ in range(3):
        follow(page, "main button.primary")
    code = page.url.rstrip("/").rsplit("/", 1)[-1]

    elsewhere = browser.new_page(viewport={"width": 360, "height": 800})
    ask(elsewhere, base)
    agree(elsewhere, "binh")
    assert code in elsewhere.inner_text("main"), "found by the number, in a browser that never saw it"
    assert_good(elsewhere)
    follow(elsewhere, f"a[href='/ho-so/{code}/']")
    assert code in elsewhere.inner_text("main")

    somebody = browser.new_page(viewport={"width": 360, "height": 800})
    ask(somebody, base)
    agree(somebody, "an")
    assert code not in somebody.inner_text("main")
    somebody.goto(f"{base}/ho-so/{code}/")
    assert "/tra-cuu/" in somebody.url
    for opened in (page, elsewhere, somebody):
        opened.close()


@pytest.mark.parametrize(
    ("forge_question", "forge_answer", "forgery"),
    [
        ({}, {"state": "tampered"}, ""),
        ({"nonce": "tampered"}, {}, ""),
        ({"code_challenge": OTHER_CHALLENGE}, {}, ""),
        ({}, {"code": "tampered"}, ""),
        ({}, {}, "unsigned"),
        ({}, {}, "other_key"),
        ({}, {}, "expired"),
        ({}, {}, "other_audience"),
    ],
    ids=["state", "nonce", "PKCE", "code", "alg none", "other key", "expired", "other audience"],
)
def test_what_is_forged_signs_nobody_in(
    demo: dict[str, Any],
    browser: Browser,
    forge_question: dict[str, str],
    forge_answer: dict[str, str],
    forgery: str,
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    ask(page, demo["base_url"])
    if forge_question:
        asked_otherwise(page, **forge_question)
    if forge_answer:
        come_back_otherwise(page, **forge_answer)
    else:
        agree(page, "an", forgery=forgery)
    _refused(page)
    page.goto(f"{demo['base_url']}/ho-so-cua-toi/")
    assert page.is_visible("form[action$='/vneid/login/']"), "still nobody"
    page.close()


def _refused(page: Page) -> None:
    assert "Chưa đăng nhập được" in page.inner_text("h1")
    assert page.is_visible("main a[href='/tra-cuu/']"), "there is another way"
    assert_good(page)


def test_who_declines_is_told_the_other_ways(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    ask(page, demo["base_url"])
    follow(page, "button:has-text('Từ chối')")
    assert "Bạn đã không đăng nhập" in page.inner_text("h1")
    assert_good(page)
    page.close()
