"""The page of the API in a browser: its policy lets nothing inline run, and every operation is shown all the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.support.browser import NEEDS_CHROMIUM

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]


def test_every_operation_of_the_api_is_shown_without_an_error(browser: Browser, live_server: Any) -> None:
    schema = Client().get(reverse("schema"), headers={"Accept": "application/json"}).json()
    operations = sum(len(methods) for methods in (*schema["paths"].values(), *schema["webhooks"].values()))
    errors: list[str] = []
    page = browser.new_page()
    page.on("console", lambda said: errors.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(live_server.url + reverse("api-docs"))
    expect(page.locator(".opblock")).to_have_count(operations, timeout=30_000)
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
    page.close()
    assert operations > 5
    assert errors == []
