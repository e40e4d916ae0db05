"""Smoke test: one dossier's journey over HTTP against the running system, with times.

`python -m devtools.smoke_test BASE_URL SANDBOX_URL GATEWAY …` plays one through each gateway.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

import requests

from devtools.sandbox.plugins import sandboxes

WAIT_SECONDS = 20


PERSON = {
    "owner_name": "Nguyễn Thị Bình",
    "owner_identity_number": "025190000123",
    "owner_phone": "0912 345 678",
}


class JourneyFailed(Exception):
    """A step did not lead to the next one."""


class Journey:
    """A citizen with a browser's cookie jar. `say(step, seconds)` is told of every step."""

    #: What is handed in, where, and what its fee is counted by.
    procedure, agency = "2.000815", "Phường Việt Trì"
    quantities: Mapping[str, int] = {"pages": 3, "copies": 2}
    #: What a procedure asks beside that, field → answer.
    answers: Mapping[str, str] = {}

    def __init__(self, base_url: str, sandbox_url: str, say: Callable[[str, float], None]) -> None:
        self.base_url, self.sandbox_url, self.say = base_url, sandbox_url, say
        self.browser = requests.Session()
        self.person = dict(PERSON)
        self._began = time.monotonic()

    def play(self, gateway: str) -> float:
        """Play one dossier to PAID; return seconds from the bank's success. Raises JourneyFailed."""
        code = self.submit()
        bill_path = self._find(self._get(f"/ho-so/{code}/"), r'href="(/thanh-toan/[^"]+/)"')
        page = self._get(bill_path)
        self._step(f"bill {self._find(page, r'class=.amount.>([^<]+)<')}")
        self._pay(gateway, bill_path, page)
        paid_at = time.monotonic()
        self._step(f"paid at the bank ({gateway})")
        while self._state(bill_path) != "paid":
            if time.monotonic() - paid_at > WAIT_SECONDS:
                raise JourneyFailed(f"{code} is not paid after {WAIT_SECONDS} s")
            time.sleep(0.05)
        took = time.monotonic() - paid_at
        self._step("the bill is PAID, receipt issued, dossier told")
        return took

    def submit(self) -> str:
        """Find a procedure and hand in a dossier; return its code. Raises JourneyFailed."""
        page = self._get(f"/thu-tuc/{self.procedure}/")
        form_path = self._find(page, r'href="(/nop-ho-so/(?!dien-tiep)[^"]+/)"')
        form = self._get(form_path)
        self._step("procedure found, fee shown")
        answer = self._send(self.base_url + form_path, form, self.person)
        agency = self._find(answer.text, rf'<option value="(\d+)"[^>]*>{self.agency}')
        matter = {name: str(quantity) for name, quantity in self.quantities.items()} | dict(self.answers)
        for values in ({"agency": agency, **matter}, {"return_method": "counter"}, {}):
            answer = self._send(answer.url, answer.text, values)
        if "/ho-so/" not in answer.url:
            raise JourneyFailed(f"submission ended at {answer.url} with HTTP {answer.status_code}")
        code = answer.url.rstrip("/").rsplit("/", 1)[-1]
        self._step(f"dossier {code} submitted")
        return code

    def _pay(self, gateway: str, bill_path: str, page: str) -> None:
        token = self._find(page, r'name="csrfmiddlewaretoken" value="([^"]+)"')
        data = {"csrfmiddlewaretoken": token}
        answer = self.browser.post(f"{self.base_url}{bill_path}{gateway}/", data=data, timeout=30)
        if sandboxes()[gateway].transfer:
            account = self._find(answer.text, r'data-copy="([^"]+)"')
            amount = re.sub(r"\D", "", self._find(page, r"class=.amount.>([^<]+)<"))
            transfer = {"code": account, "amount": amount, "action": "pay"}
            answer = requests.post(f"{self.sandbox_url}/{gateway}/app", data=transfer, timeout=15)
        else:
            answer = self.browser.post(answer.url, data={"action": "pay"}, timeout=30)
        if answer.status_code != 200:
            raise JourneyFailed(f"the bank answered HTTP {answer.status_code}")

    def _state(self, bill_path: str) -> str:
        return self._find(self._get(f"{bill_path}trang-thai/"), r'data-state="([a-z_]+)"')

    def _send(self, url: str, page: str, values: dict[str, str]) -> requests.Response:
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        kept = {name: unescape(value) for name, value in hidden}  # as a browser sends them back
        return self.browser.post(url, data={**kept, **values}, timeout=15)

    def _get(self, path: str) -> str:
        answer = self.browser.get(self.base_url + path, timeout=15)
        if answer.status_code != 200:
            raise JourneyFailed(f"{path} answered HTTP {answer.status_code}")
        return answer.text

    @staticmethod
    def _find(text: str, pattern: str) -> str:
        match = re.search(pattern, text)
        if not match:
            raise JourneyFailed(f"the page does not have {pattern}")
        return match.group(1)

    def _step(self, text: str) -> None:
        now = time.monotonic()
        self.say(text, now - self._began)
        self._began = now


def note_for_gateways(by_gateway: dict[str, Any], base_url: str) -> dict[str, Any]:
    """Return what outside checks need of every gateway of the demo."""
    return {
        gateway: {name: by_gateway[gateway]["bank"][name] for name in sandbox.noted}
        for gateway, sandbox in sandboxes().items()
    }


def main(base_url: str, sandbox_url: str, *gateways: str) -> None:
    """Play a journey through each gateway, telling every step; say at the end how long the payments took."""
    seconds: dict[str, float] = {}
    for gateway in gateways:
        journey = Journey(base_url, sandbox_url, _say)
        try:
            seconds[gateway] = round(journey.play(gateway), 3)
        except (JourneyFailed, OSError) as error:
            sys.stderr.write(f"The journey through {gateway} failed: {error}\n")
    if len(gateways) > 1:
        result = {"journeys": len(gateways), "paid": len(seconds), "seconds_to_paid": seconds}
        sys.stdout.write(f"{json.dumps(result)}\n")
    if len(seconds) < len(gateways):
        sys.exit(1)


def _say(step: str, seconds: float) -> None:
    sys.stdout.write(f"  {seconds * 1000:7.0f} ms  {step}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
