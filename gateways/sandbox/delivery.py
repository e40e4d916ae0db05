"""Telling the portal: in the background, again and again, or wrongly when so ordered."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from .books import Books

logger = logging.getLogger(__name__)
RETRY_SECONDS = (1, 2, 5, 10, 30, 60)


class Delivery:
    """Sends notices. `send` returns at once; `send_now` waits for the portal's answer."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self._held: list[Callable[[], None]] = []

    def send(self, gateway: str, url: str, *, tamper: str, **request: Any) -> None:
        """Deliver a notice as the faults in force say. `tamper` is the signed field to spoil."""
        if self.books.fault(gateway, "drop"):
            return
        if self.books.fault(gateway, "tamper"):
            request = _spoil(request, tamper)
        times = 1
        if duplicate := self.books.fault(gateway, "duplicate"):
            times = int(duplicate.get("times", 2))
        delay = float((self.books.fault(gateway, "delay") or {}).get("seconds", 0))

        def deliver() -> None:
            threads = [
                threading.Thread(target=self._deliver, args=(url, delay, request), daemon=True) for _ in range(times)
            ]
            for thread in threads:
                thread.start()

        if self.books.fault(gateway, "reorder"):
            self._held.insert(0, deliver)
            return
        deliver()
        while self._held:
            self._held.pop(0)()

    def send_now(self, url: str, **request: Any) -> None:
        """Deliver once and wait, whatever becomes of it."""
        self._deliver(url, 0, request, retries=())

    def _deliver(
        self, url: str, delay: float, request: dict[str, Any], retries: tuple[int, ...] = RETRY_SECONDS
    ) -> None:
        time.sleep(delay)
        for pause in (*retries, None):
            try:
                response = requests.post(url, timeout=10, allow_redirects=False, **request)
                if response.status_code == 200:
                    return
                logger.warning("the portal answered HTTP %s", response.status_code)
            except requests.RequestException as error:
                logger.warning("the portal does not answer: %s", error)
            if pause is None:
                return
            time.sleep(pause)


def _spoil(request: dict[str, Any], field: str) -> dict[str, Any]:
    spoilt = {name: dict(value) if isinstance(value, dict) else value for name, value in request.items()}
    body = spoilt["json"]
    value = str(body[field])
    body[field] = chr(ord(value[0]) ^ 1) + value[1:]
    return spoilt
