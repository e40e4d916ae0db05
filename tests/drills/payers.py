"""The load: a one-stop system that makes bills through the API, and payers who pay them at their bank."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import requests

GATEWAYS = ("vnptpay", "vietinbank")
THREADS = 8
#: How long a client repeats a request under one Idempotency-Key before it takes a new one.
PATIENCE_SECONDS = 3.0
GIVE_UP_SECONDS = 60.0


class NotPaid(Exception):
    """A payer gave up; the message says where."""


class Payers:
    """Pays `count` bills over at least `seconds`, whatever happens meanwhile."""

    def __init__(self, base_url: str, sandbox_url: str, note: dict[str, Any], name: str, seed: int) -> None:
        self.base_url, self.sandbox_url, self.note, self.name = base_url, sandbox_url, note, name
        self.statuses: Counter[int] = Counter()
        self.gave_up: list[str] = []
        self._random = random.Random(seed)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="payer")
        self._sessions = threading.local()
        self._running: list[Future[None]] = []

    def start(self, count: int, seconds: float, gateways: tuple[str, ...] = GATEWAYS) -> None:
        """Begin in the background."""
        plan = [
            (f"{self.name}-{number}", self._random.choice(gateways), self._random.uniform(0, seconds))
            for number in range(count)
        ]
        began = time.monotonic()
        for reference, gateway, at in sorted(plan, key=lambda item: item[2]):
            self._running.append(self._pool.submit(self._pay_one, reference, gateway, began + at))

    def is_busy(self) -> bool:
        """True while somebody has not paid yet."""
        return not all(future.done() for future in self._running)

    def finish(self) -> None:
        """Wait for all; raise what went wrong in the drill itself."""
        for future in self._running:
            future.result()
        self._pool.shutdown()

    def _pay_one(self, reference: str, gateway: str, at: float) -> None:
        time.sleep(max(0.0, at - time.monotonic()))
        try:
            bill = self.open_bill(reference)
            self._pay_bill(bill, gateway)
        except NotPaid as error:
            self.gave_up.append(f"{reference}: {error}")

    def open_bill(self, reference: str, amount: int = 0) -> dict[str, Any]:
        """Make a bill through the API. Raises NotPaid."""
        return self._post("/api/v1/bills", self._new_bill(reference, amount), 201)

    def begin(self, bill: dict[str, Any], gateway: str) -> dict[str, Any]:
        """Open an attempt to pay; return the order as the bank knows it. Raises NotPaid."""
        payment = self._post(f"/api/v1/bills/{bill['id']}/payments", {"gateway": gateway}, 201)
        return {"gateway": gateway, "ref": payment["merchant_ref"], "amount": bill["amount"]}

    def pay(self, order: dict[str, Any]) -> bool:
        """Pay an order at its bank; False when the bank does not know it."""
        return requests.post(f"{self.sandbox_url}/control/pay", json=order, timeout=30).status_code == 200

    def _pay_bill(self, bill: dict[str, Any], gateway: str) -> None:
        """Pay once at the bank. A payer who is not let in at one gateway goes to the other."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            if self.pay(self.begin(bill, gateway)):
                return
            gateway = next(name for name in GATEWAYS if name != gateway)
        raise NotPaid("no gateway let the payer in")

    def _post(self, path: str, body: dict[str, Any], expected: int) -> dict[str, Any]:
        """Post as a careful client does: the same key again while the answer is not known."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        status: int | str = "nothing"
        while time.monotonic() < deadline:
            key, new_key_at = uuid.uuid4().hex, time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < new_key_at:
                try:
                    answer = self._session().post(
                        self.base_url + path, json=body, headers={"Idempotency-Key": key}, timeout=20
                    )
                except requests.RequestException as error:
                    status = type(error).__name__
                else:
                    status = answer.status_code
                    self.statuses[status] += 1
                    if status == expected:
                        content: dict[str, Any] = answer.json()
                        return content
                time.sleep(0.2)
        raise NotPaid(f"{path} answered {status} to the end")

    def _session(self) -> requests.Session:
        if not hasattr(self._sessions, "kept"):
            self._sessions.kept = requests.Session()
            self._sessions.kept.headers["Authorization"] = f"Bearer {self.note['api_key']}"
        kept: requests.Session = self._sessions.kept
        return kept

    def _new_bill(self, reference: str, amount: int) -> dict[str, Any]:
        amount = amount or self._random.randrange(1, 500) * 1000
        return {
            "reference": reference,
            "agency": self.note["api_agency"],
            "payer_name": "Nguyễn Thị Bình",
            "description": "Phí chứng thực",
            "lines": [{"code": "PHI", "kind": "phi", "description": "Phí chứng thực", "amount": amount}],
        }
