"""The desk in real Chromium before a server of the test's own: somebody signed in, and what a picture shows."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from agencies.models import Agency, Membership, Role, User

from . import factories
from .signing_in import browser_of

Picture = Image.Image


def officer_of(agency: Agency, *more: Role) -> User:
    """A reception officer who may hold further roles."""
    user = factories.officer(agency, Role.RECEPTION_OFFICER)
    for role in more:
        Membership.objects.create(user=user, agency=agency, role=role, valid_during=factories.FOREVER)
    return user


def desk_of(user: User, browser: Browser, url: str, **context: Any) -> Page:
    """A tab of a new window in which `user` is signed in."""
    window = browser.new_context(base_url=url, **context)
    for cookie in browser_of(user).cookies.values():
        window.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    return window.new_page()


def picture_of(locator: Locator) -> Picture:
    """What an eye sees of an element."""
    return Image.open(io.BytesIO(locator.screenshot())).convert("RGB")
