"""Every form that changes something, pressed in Chromium as it is rendered: it is sent, and no script complains.

Those of Django's administration, where no script of ours takes part, are sent by the crawler without a browser.
"""

from __future__ import annotations

import copy
import logging
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error
from playwright.sync_api import TimeoutError as TookTooLong

from tests.support.browser import NEEDS_CHROMIUM
from tests.support.browser_on_client import ClientPage, be_patient
from tests.support.form_crawler import undone
from tests.support.inhabited_world import inhabited_world, pages

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db]
#: Who opens what is not the administration's: the first of these that may.
VISITORS = ("citizen", "reception_officer", "handling_officer", "signer", "cashier", "accountant", "province_admin")
#: What a form is known by, and whether a browser would send it; the same for every page of the site.
FORMS = """() => [...document.forms].map((form, number) => ({
    number,
    method: form.method,
    shape: new URL(form.getAttribute('action') ?? '', location).pathname.replace(/\\d+/g, '#')
        + ' ' + [...new Set([...form.elements].map(field => field.name.replace(/\\d+/g, '#')))].sort().join(' '),
    button: [...form.elements].some(field => field.type === 'submit' && !field.disabled),
    isValid: form.noValidate || form.checkValidity(),
    // An empty box asks nothing, and its script keeps the list as it is.
    asks: form.getAttribute('role') !== 'search'
        || [...form.elements].some(field => field.type === 'search' && field.value),
}))"""
SENT_WITHIN = 5_000  # milliseconds
PRESS = """number => {
    const form = document.forms[number];
    form.target = '';  // what opens beside the page is looked at in it
    form.requestSubmit([...form.elements].find(field => field.type === 'submit' && !field.disabled));
}"""


def press(tab: ClientPage, path: str, number: int) -> str:
    """Press a form's first button; return what is wrong, or nothing."""
    tab.errors.clear()
    tab.posted.clear()
    try:
        with tab.page.expect_navigation(wait_until="load", timeout=SENT_WITHIN):
            tab.page.evaluate(PRESS, number)
    except Error as error:
        # The page stays: a script sent it, or the answer is a file.
        if not isinstance(error, TookTooLong) and "net::ERR_ABORTED" not in error.message:
            raise
        if not tab.posted:
            return "nothing was sent"
    # Chromium's own line for a status of 4xx: what was sent was refused, which the crawler judges.
    errors = [error for error in tab.errors if "the server responded with a status of 4" not in error]
    return "; ".join(errors) or ("" if tab.posted[0] < 500 else f"{tab.posted[0]}")


def _is_page(answer: Any) -> bool:
    is_html = answer.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and is_html and b"<html" in b"".join(answer)


def test_every_form_is_sent_by_a_browser_without_an_error_of_a_script(
    browser: Browser, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.CRITICAL)
    try:
        with undone():  # Django has another connection while the browser's loop runs than the one pytest rolls back
            sent, faults = _press_all(browser)
    finally:
        logging.disable(logging.NOTSET)
    assert sent > 20, "the control"
    assert not faults, "\n".join(faults)


def _press_all(browser: Browser) -> tuple[int, list[str]]:
    """Press every form once; return how many, and what is wrong."""
    world, shapes, faults = inhabited_world(), set[str](), list[str]()
    be_patient()
    tabs = {who: ClientPage(browser, world.actors[who, True].client) for who in VISITORS}
    for path, visitors in pages(world, is_administration=False):
        who = next((who for who in VISITORS if who in visitors), "")
        if not who or not _is_page(world.actors[who, True].client.get(path)):
            continue
        tab = tabs[who]
        tab.goto(path)
        for form in tab.page.evaluate(FORMS):
            can_be_sent = form["method"] == "post" and form["button"] and form["isValid"] and form["asks"]
            if not can_be_sent or form["shape"] in shapes:
                continue
            shapes.add(form["shape"])
            cookies = copy.deepcopy(tab.client.cookies)
            with undone():
                if fault := press(tab, path, form["number"]):
                    faults.append(f"{who} {path} {form['shape']}: {fault}")
            tab.client.cookies = cookies
            tab.goto(path)
    return len(shapes), faults
