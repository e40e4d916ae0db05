"""The background player of the demo: every 10 to 30 seconds somebody hands in a dossier by the pages, and mostly pays.

`python -m devtools.province.player BASE_URL SANDBOX_URL`. Each citizen comes from an address of their own of this
machine, so that limits which count addresses are neither reached nor used up for who tries the demo.
"""

from __future__ import annotations

import logging
import sys
import time
from random import Random
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from devtools.sandbox.plugins import sandboxes
from devtools.smoke_test import Journey, JourneyFailed

from .people import names, persons

logger = logging.getLogger(__name__)
PAUSE = (10.0, 30.0)
#: Of a hundred citizens so many pay, give up at the bank, or have not paid yet.
_FATES = {"pay": 72, "cancel": 10, "": 18}
#: What they come for, and how much of it at most.
_MATTERS = {"2.000815": {"pages": 12, "copies": 3}, "2.000884": {"items": 3}, "2.000635": {"copies": 5}}
#: What the form of a matter asks beside that.
_EXTRACT = {
    "q_record_kind": "Giấy khai sinh",
    "q_record_name": "Nguyễn Văn An",
    "q_record_on": "05/09/1988",
    "q_registered_at": "Phường Việt Trì, tỉnh Phú Thọ",
    "q_relation": "Chính tôi",
}
ANSWERS = {"2.000635": _EXTRACT}


class _FromAddress(HTTPAdapter):
    """Connects from one address of this machine (all of 127.0.0.0/8 are)."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give urllib3 the address to connect from."""
        super().init_poolmanager(*args, source_address=(self._address, 0), **kwargs)


class Citizen(Journey):
    """Somebody with a name, a number and an address of their own."""

    def __init__(self, base_url: str, sandbox_url: str, rng: Random) -> None:
        super().__init__(base_url, sandbox_url, lambda step, seconds: None)
        name, is_woman = names.person(rng)
        self.person = {
            "owner_name": name,
            "owner_identity_number": persons.identity_number(rng, rng.randint(1945, 2005), is_woman=is_woman),
            "owner_phone": persons.phone(rng),
        }
        self.agency = rng.choices(("Phường Việt Trì", "Phường Phú Thọ"), (75, 25))[0]
        (self.procedure, most), *_ = rng.choices(list(_MATTERS.items()), (60, 20, 20))
        self.quantities = {name: rng.randint(1, limit) for name, limit in most.items()}
        self.answers = ANSWERS.get(self.procedure, {})
        address = f"127.{rng.randint(1, 250)}.{rng.randint(0, 250)}.{rng.randint(1, 250)}"
        self.browser.mount("http://", _FromAddress(address))

    def come(self, gateway: str, fate: str) -> str:
        """Hand in, and do at the bank what fate wants; return the dossier's code. Raises JourneyFailed."""
        code = self.submit()
        if not fate:
            return code
        bill_path = self._find(self._get(f"/ho-so/{code}/"), r'href="(/thanh-toan/[^"]+/)"')
        page = self._get(bill_path)
        if fate == "cancel":
            token = self._find(page, r'name="csrfmiddlewaretoken" value="([^"]+)"')
            bank = self.browser.post(
                f"{self.base_url}{bill_path}{gateway}/", {"csrfmiddlewaretoken": token}, timeout=30
            )
            if not sandboxes()[gateway].transfer:  # who never transfers gives nothing up
                self.browser.post(bank.url, data={"action": "cancel"}, timeout=30)
        else:
            self._pay(gateway, bill_path, page)
        return code


def play(base_url: str, sandbox_url: str, rng: Random) -> str:
    """Let one citizen come; return the dossier's code, or "" when something was in the way."""
    gateway = rng.choice(sorted(sandboxes()))
    fate = rng.choices(list(_FATES), list(_FATES.values()))[0]
    try:
        return Citizen(base_url, sandbox_url, rng).come(gateway, fate)
    except (JourneyFailed, requests.RequestException) as error:
        logger.info("a citizen went away: %s", error)
        return ""


def main(base_url: str, sandbox_url: str) -> None:
    """Play until the process is stopped."""
    rng = Random()  # noqa: S311 - a pastime
    while True:
        time.sleep(rng.uniform(*PAUSE))
        play(base_url, sandbox_url, rng)


if __name__ == "__main__":
    main(*sys.argv[1:3])
