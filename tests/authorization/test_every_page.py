"""Every page of `matrix.csv` in real Chromium: axe finds nothing, nothing spills sideways, no error of a script.

A page is opened as somebody who may see it. What a new address shows is looked at as soon as it
stands in the table; states of a page (paid, refused, empty …) are looked at where they are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser, Page

from tests.journeys.log_scan import PATTERNS
from tests.looks.looking import DESK, TABLET, WIDTHS, faults_at
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.matrix import addresses, table
from tests.support.world import World

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
#: Who opens what is not the administration's: the first of these that may.
VISITORS = ("citizen", "reception_officer", "accountant", "province_admin")
#: Not our pages: Swagger UI reads the schema for programmers.
NOT_OURS = ("api-docs",)
WIDTHS_OF = dict.fromkeys(VISITORS, (TABLET, DESK)) | {"citizen": WIDTHS}


def pages(world: World, part: str) -> Iterator[tuple[str, str]]:
    """Yield (who, path) of every address that answers with a page."""
    defaults = {name: pattern.default_args for name, pattern in addresses(get_resolver())}
    for row in table():
        visitors = ("province_admin",) if part == "admin:" else VISITORS
        who = next((who for who in visitors if row[who].split("/")[0] == "yes"), "")
        if row["method"] != "GET" or not who or row["url"] in NOT_OURS or row["url"].startswith("admin:") != bool(part):
            continue
        path = world.paths.get(row["url"]) or reverse(
            row["url"], kwargs=world.objects[row["object"]] | dict(defaults[row["url"]])
        )
        answer = world.actors[who, True].client.get(path)
        is_page = answer.get("Content-Type", "").startswith("text/html")
        if answer.status_code == 200 and is_page and b"<html" in b"".join(answer):
            yield who, path


def tab(browser: Browser, client: Client, url: str, errors: list[str]) -> Page:
    """A tab of somebody who is signed in."""
    context = browser.new_context(base_url=url)
    for cookie in client.cookies.values():
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    page = context.new_page()
    page.on("console", lambda entry: errors.append(f"{entry.text} {entry.location}") if entry.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    return page


def _names_somebody(address: str) -> bool:
    """Tell whether an address has a phone, an identity number or the name of the world's people (S-64)."""
    text = unquote_plus(address)
    is_call = text.startswith("tel:")  # of an office, to be called
    return not is_call and ("Bình" in text or any(pattern.search(text) for pattern in PATTERNS.values()))


@pytest.mark.parametrize("part", ["admin:", ""], ids=["administration", "everything else"])
def test_every_page_is_good(part: str, browser: Browser, live_server: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = World()
    errors: list[str] = []
    tabs = {who: tab(browser, world.actors[who, True].client, live_server.url, errors) for who in VISITORS}
    faults, addresses = [], set()
    for each in tabs.values():
        each.on("request", lambda request_made: addresses.add(request_made.url))
    for who, path in list(pages(world, part)):
        page = tabs[who]
        page.set_viewport_size({"width": WIDTHS_OF[who][0], "height": 900})
        page.goto(path)
        addresses.update(page.evaluate("[...document.links].map(link => link.href)"))
        faults += [f"{path}: {fault}" for fault in faults_at(page, WIDTHS_OF[who])]
        faults += [f"{path}: a name in English"] * page.locator('[aria-label="scrollable content"]').count()
    for page in tabs.values():
        page.context.close()
    faults += [f"{address}: names somebody" for address in addresses if _names_somebody(address)]
    assert addresses and not faults, "\n".join(faults)
    assert errors == []
