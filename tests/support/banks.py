"""The sandbox as a process of its own, and a portal of a few lines for it to talk to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from devtools.processes import free_port
from devtools.sandbox.keys import make_contracts
from gateways.base import (
    Answer,
    BadSignature,
    Gateway,
    InquiredBill,
    Malformed,
    MerchantConfig,
    Notification,
    PaymentOrder,
    RawRequest,
    RawResponse,
)
from gateways.registry import get

from .local_server import serve

ROOT = Path(__file__).resolve().parents[2]

#: Seconds; only a failure waits so long.
PATIENCE = 60.0


@dataclass
class Portal:
    """Verifies notifications and answers bill inquiries as the real one does, and keeps all in memory."""

    adapters: dict[str, Gateway] = field(default_factory=dict)
    bills: dict[str, int] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    rejected: int = 0
    answers: list[Answer] = field(default_factory=list)

    def respond(self, request: RawRequest) -> RawResponse:
        """Answer one notification or question of a bank. `answers` are given first, then ACCEPTED for ever."""
        adapter = self.adapters[request.path.split("/")[2]]
        if request.path.endswith("inq-bill"):
            return adapter.inquire(request, self._find)
        try:
            notification = adapter.verify(request)
        except (BadSignature, Malformed):
            self.rejected += 1
            return adapter.answer(request, None, Answer.BAD_SIGNATURE)
        result = self.answers.pop(0) if self.answers else Answer.ACCEPTED
        if result != Answer.BUSY:
            self.notifications.append(notification)
        return adapter.answer(request, notification, result)

    def _find(self, code: str) -> InquiredBill | None:
        amount = self.bills.get(code)
        return InquiredBill(code, amount, "N… V… Bình", "HS-1", True) if amount else None


@dataclass
class Sandbox:
    """A running sandbox and the portal it tells."""

    url: str
    portal: Portal
    contracts: dict[str, dict[str, Any]]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    orders: int = 0

    def adapter(self, slug: str, **settings: Any) -> Gateway:
        """Return the portal's adapter, with some settings changed."""
        contract = self.contracts[slug]
        return get(slug)(MerchantConfig({**contract["settings"], **settings}, contract["secrets"]))

    def control(self, path: str, **body: Any) -> dict[str, Any]:
        """POST to the control API."""
        answer: dict[str, Any] = requests.post(f"{self.url}/control/{path}", json=body, timeout=30).json()
        return answer

    def transactions(self, ref: str) -> list[dict[str, Any]]:
        """Return what the banks know of a reference."""
        answer = requests.get(f"{self.url}/control/transactions", params={"ref": ref}, timeout=10).json()
        rows: list[dict[str, Any]] = answer["transactions"]
        return rows

    def order(self, amount: int = 150000) -> PaymentOrder:
        """Return a new order for VNPT-Pay."""
        self.orders += 1
        ref = f"MC{time.time_ns()}{self.orders}"
        return PaymentOrder(ref, amount, "Nộp phí", datetime.now(UTC), "203.0.113.10", "")

    def code(self, amount: int = 150000) -> str:
        """Return a new transfer code with a bill of `amount` behind it."""
        self.orders += 1
        code = f"{time.time_ns() % 10**10:010d}{self.orders:04d}"
        self.portal.bills[code] = amount
        return code

    def notifications(self, ref: str, count: int = 1, seconds: float = PATIENCE) -> list[Notification]:
        """Wait until the portal has `count` notifications of a reference, and return them."""
        wait_for(lambda: len(self._notifications(ref)) >= count, seconds)
        return self._notifications(ref)

    def _notifications(self, ref: str) -> list[Notification]:
        return [notification for notification in self.portal.notifications if notification.merchant_ref == ref]

    def start(self) -> None:
        """Start the process and wait until it answers."""
        port = self.url.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "devtools.sandbox.server", port, str(self.folder)]
        command.append(str(self.folder / "config.json"))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        wait_for(self._is_up, 30)

    def kill(self) -> None:
        """End the process and its worker at once, without warning."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/control/health", timeout=1).ok
        except requests.RequestException:
            return False


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until `condition` holds. Fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def running_sandbox(folder: Path) -> Iterator[Sandbox]:
    """Run a sandbox and its portal until the block ends."""
    portal = Portal()
    with serve(portal.respond) as server:
        url = f"http://127.0.0.1:{free_port()}"
        sandbox = Sandbox(url, portal, make_contracts(server.url, url), folder)
        portal.adapters = {slug: sandbox.adapter(slug) for slug in sandbox.contracts}
        config = {slug: contract["bank"] for slug, contract in sandbox.contracts.items()}
        (folder / "config.json").write_text(json.dumps(config))
        sandbox.start()
        try:
            yield sandbox
        finally:
            sandbox.kill()
