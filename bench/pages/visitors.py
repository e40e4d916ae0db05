"""Who asks for the pages: people who signed in by the demo's pages, a citizen with PIN, a system with its key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import requests

from devtools.province.load import PIN
from tests.support.journeys import one_time_code
from tests.support.matrix import table

#: Of a page for staff: who sees one office, and who sees the whole province.
ONE_OFFICE = ("accountant", "reception_officer", "handling_officer", "signer", "cashier", "agency_admin")
WHOLE_PROVINCE = ("province_admin", "auditor")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def who_asks(line: dict[str, str]) -> list[str]:
    """Of a line of the matrix: whoever sees least and, of pages for staff, whoever sees most."""

    def first(names: tuple[str, ...]) -> list[str]:
        return [name for name in names if line[name].split("/")[0] == "yes"][:1]

    return first(("anonymous", "citizen", "api")) or [*first(ONE_OFFICE), *first(WHOLE_PROVINCE)]


def _send(browser: requests.Session, url: str, values: dict[str, str]) -> requests.Response:
    token = _TOKEN.search(browser.get(url, timeout=30).text)
    if token is None:
        raise SystemExit(f"no form at {url}")
    return browser.post(url, {**values, "csrfmiddlewaretoken": token[1]}, headers={"Referer": url}, timeout=30)


def _signed_in(demo: dict[str, Any], account: dict[str, str]) -> requests.Session:
    browser = requests.Session()
    answer = _send(
        browser,
        f"{demo['base_url']}/tai-khoan/login/?next=/quay/",
        {"login": account["username"], "password": account["password"]},
    )
    answer = _send(browser, answer.url, {"code": one_time_code(account["otp_secret"])})
    if "/tai-khoan/" in answer.url:
        raise SystemExit(f"{account['username']} could not sign in")
    return browser


def visitors(demo: dict[str, Any], codes: Iterable[str]) -> dict[str, requests.Session]:
    """Return a browser for everybody who is asked for by `who_asks`."""
    wanted = {who for line in table() for who in who_asks(line)}
    browsers = {who: _signed_in(demo, demo["accounts"][who]) for who in wanted & set(demo["accounts"])}
    browsers["anonymous"] = requests.Session()
    citizen = browsers["citizen"] = requests.Session()
    for code in codes:
        _send(citizen, f"{demo['base_url']}/tra-cuu/", {"code": code, "pin": PIN})
    api = browsers["api"] = requests.Session()
    api.headers["Authorization"] = f"Bearer {demo['api_key']}"
    return browsers
