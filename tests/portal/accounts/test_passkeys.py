"""Passkeys in real Chromium, whose own virtual authenticator holds the keys: enrolled, used, lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from playwright.sync_api import Browser, Page

from agencies.models import AuditEntry, Role
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.journeys import assert_good, follow
from tests.support.second_factor import LOGIN, PASSWORD
from tests.support.signing_in import browser_of

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True


class Finger:
    """The sensor of the virtual key."""

    def __init__(self, page: Page) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        self._key = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]

    def is_known(self, is_verified: bool) -> None:
        """Put the owner's finger on it, or a stranger's."""
        parameters = {"authenticatorId": self._key, "isUserVerified": is_verified}
        self._devtools.send("WebAuthn.setUserVerified", parameters)


def with_password(page: Page, username: str, place: str = "/quay/") -> None:
    page.goto(place)
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    follow(page, "main button.primary")


def sign_out(page: Page) -> None:
    page.goto("/tai-khoan/logout/")
    follow(page, "main button.primary")


def test_a_passkey_is_enrolled_signs_in_alone_and_is_taken_away(browser: Browser, live_server: Any) -> None:
    officer = factories.officer(factories.agency(), Role.RECEPTION_OFFICER)
    page = browser.new_context(base_url=live_server.url, viewport={"width": 360, "height": 740}).new_page()
    finger = Finger(page)

    with_password(page, officer.username)
    page.goto("/quay/")
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        follow(page, "main button.primary")
    follow(page, "a[href$='webauthn/add/']")
    assert_good(page)
    page.fill("[name=name]", "Máy ở quầy 3")
    with page.expect_navigation():
        page.click("#mfa_webauthn_add")
    assert_good(page)
    codes = re.findall(r"\b\d{8}\b", page.inner_text("main"))
    assert len(codes) == 10
    page.goto("/quay/")
    assert page.url.endswith("/quay/"), "a passkey is factor enough"
    page.goto("/tai-khoan/2fa/webauthn/")
    assert "Máy ở quầy 3" in page.inner_text("main")
    assert_good(page)

    sign_out(page)
    page.goto(LOGIN)
    assert_good(page)
    finger.is_known(False)
    page.click("#passkey_login")
    page.wait_for_selector("[data-passkey-problem]:not([hidden])")
    assert_good(page)
    finger.is_known(True)
    with page.expect_navigation():
        page.click("#passkey_login")
    page.wait_for_url("**/quay/")
    signed_in = AuditEntry.objects.filter(action="signed_in", subject=f"user:{officer.pk}")
    assert signed_in.count() == 2

    sign_out(page)
    with_password(page, officer.username)
    assert_good(page)
    with page.expect_navigation():
        page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/quay/")

    sign_out(page)
    for tries, ends in enumerate(("/quay/", "/2fa/authenticate/")):
        with_password(page, officer.username)
        page.fill("[name=code]", codes[0])
        follow(page, "main button.primary")
        assert page.url.endswith(ends), f"a recovery code works once, this is use {tries + 1}"
        if not tries:
            sign_out(page)

    Authenticator.objects.filter(user=officer, type=Authenticator.Type.WEBAUTHN).delete()
    page.context.clear_cookies()  # of the sign-in that stands at its second step
    page.goto(LOGIN)
    with page.expect_navigation():
        page.click("#passkey_login")
    page.goto("/quay/")
    assert "/login/" in page.url, "a key that was taken away opens nothing"
    page.context.close()


@pytest.mark.parametrize(
    "credential",
    ["", "null", "[]", "1", '"x"', "{}", '{"response": null}', '{"response": {"userHandle": "AA"}}', '{"id": 1}'],
)
def test_a_credential_that_is_none_signs_nobody_in(credential: str) -> None:
    visitor = Client()
    visitor.get("/tai-khoan/2fa/webauthn/login/", headers={"accept": "application/json"})
    assert visitor.post("/tai-khoan/2fa/webauthn/login/", {"credential": credential}).status_code == 302
    assert "/login/" in visitor.get("/quay/").headers["Location"]


@pytest.mark.parametrize("credential", ["", "[]", "{}", '{"id": 1, "response": {}}'])
def test_a_credential_that_is_none_is_not_enrolled(credential: str) -> None:
    officer = factories.officer(factories.agency())
    place = "/tai-khoan/2fa/webauthn/add/"
    browser = browser_of(officer)
    browser.post("/tai-khoan/reauthenticate/", {"password": PASSWORD, "next": place})
    assert browser.get(place).status_code == 200
    assert browser.post(place, {"name": "x", "credential": credential}).status_code == 200
    assert not Authenticator.objects.filter(user=officer).exists()


@pytest.mark.parametrize("verb", ["remove", "edit"])
def test_a_key_of_somebody_else_is_not_found(verb: str) -> None:
    home = factories.agency()
    owner, colleague = factories.officer(home), factories.officer(home)
    key = Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "x"})
    place = f"/tai-khoan/2fa/webauthn/keys/{key.pk}/{verb}/"
    browser = browser_of(colleague)
    browser.post("/tai-khoan/reauthenticate/", {"password": PASSWORD, "next": place})
    assert browser.post(place, {"name": "y"}).status_code == 404
    key.refresh_from_db()
    assert key.data == {"name": "x"}
