"""Delivers callbacks to the portal in the background, with retries and ordered faults."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from .books import Books, Row
from .plugins import sandboxes

logger = logging.getLogger(__name__)

#: Seconds between attempts; about four minutes in all, then the bank gives up.
RETRY_SECONDS = (1, 2, 5, 10, 20, 30, 60, 60, 60)
TIMEOUT_SECONDS = 10
_SENDERS = 16
_REVERSE_STEP = 0.1


class Courier:
    """Sends notifications from the books. One per process: `start` it once."""

    def __init__(self, books: Books, contracts: Mapping[str, dict[str, Any]]) -> None:
        self._books = books
        self._contracts = contracts
        self._wake = threading.Event()
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="courier")

    def start(self) -> None:
        """Begin to send what is due, also what an earlier process left."""
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def wake(self) -> None:
        """Wake the sender: something may be due."""
        self._wake.set()

    def enqueue(self, transaction: Row) -> None:
        """Queue the notification of a transaction, as the faults in force want it."""
        gateway = transaction["gateway"]
        if self._books.take_fault(gateway, "drop") is not None:
            self._queue(transaction, state="dropped")
            return
        due_at = max(time.time(), transaction["visible_at"])
        if delay := self._books.take_fault(gateway, "delay"):
            due_at += float(delay.get("seconds", 5))
        is_spoilt = self._books.take_fault(gateway, "tamper") is not None
        duplicate = self._books.take_fault(gateway, "duplicate")
        reorder = self._books.take_fault(gateway, "reorder")
        for _ in range(int(duplicate.get("times", 2)) if duplicate is not None else 1):
            self._queue(transaction, due_at=due_at, is_spoilt=is_spoilt, is_held=reorder is not None)
        if reorder is not None:
            self._hold(gateway, int(reorder.get("times", 2)), float(reorder.get("seconds", 5)))
        self._wake.set()

    def resend(self, transaction: Row) -> None:
        """Queue the very same notification once more, whatever faults are ordered."""
        self._queue(transaction)
        self._wake.set()

    def send_now(self, transaction: Row) -> None:
        """Send the notification and wait for the answer."""
        notification_id = self._queue(transaction, state="sending")
        self._send(self._books.select("SELECT * FROM notifications WHERE id = ?", notification_id)[0])

    def _queue(
        self,
        transaction: Row,
        *,
        state: str = "waiting",
        due_at: float = 0,
        is_spoilt: bool = False,
        is_held: bool = False,
    ) -> int:
        protocol = sandboxes()[transaction["gateway"]].messages
        message = protocol.notification(transaction, self._contracts[transaction["gateway"]])
        return self._books.insert(
            "notifications",
            {
                "transaction_id": transaction["id"],
                "gateway": transaction["gateway"],
                "message": message,
                "spoilt": _spoil(message, protocol.SPOILT_FIELD) if is_spoilt else None,
                "due_at": due_at,
                "state": state,
                "is_held": is_held,
            },
        )

    def _hold(self, gateway: str, times: int, seconds: float) -> None:
        """Keep notifications back until `times` wait (or `seconds` passed), then send the last one first."""
        held = self._books.select(
            "SELECT id FROM notifications WHERE gateway = ? AND is_held = 1 ORDER BY id DESC", gateway
        )
        is_full = len(held) >= times
        first = time.time() + (0 if is_full else seconds)
        for position, row in enumerate(held):
            due_at = first + position * _REVERSE_STEP
            self._books.update("notifications", row["id"], due_at=due_at, is_held=not is_full)

    def _run(self) -> None:
        self._books.select("UPDATE notifications SET state = 'waiting' WHERE state = 'sending'")
        while True:
            try:
                pause = self._send_due()
            except Exception:
                logger.exception("the courier stumbled")
                pause = 1.0
            self._wake.wait(pause)
            self._wake.clear()

    def _send_due(self) -> float:
        """Hand over what is due; return how many seconds nothing will be."""
        waiting = self._books.select("SELECT * FROM notifications WHERE state = 'waiting' ORDER BY due_at LIMIT 500")
        now = time.time()
        for row in waiting:
            if row["due_at"] > now:
                return float(min(row["due_at"] - now, 1.0))
            self._books.update("notifications", row["id"], state="sending")
            self._pool.submit(self._send, row)
        return 1.0

    def _send(self, row: Row) -> None:
        contract, protocol = self._contracts[row["gateway"]], sandboxes()[row["gateway"]].messages
        is_first = row["attempts"] == 0
        message = row["spoilt"] if is_first and row["spoilt"] else row["message"]
        try:
            response = requests.request(
                getattr(protocol, "METHOD", "POST"),
                contract["notify_url"],
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **protocol.envelope(message, contract),
            )
            is_done, answer = protocol.judge(response, contract)
        except requests.RequestException as error:
            is_done, answer = False, type(error).__name__
        attempts = row["attempts"] + 1
        state = "done" if is_done else "waiting" if attempts <= len(RETRY_SECONDS) else "given_up"
        due_at = time.time() + RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1]
        self._books.update("notifications", row["id"], state=state, attempts=attempts, due_at=due_at, answer=answer)
        self._wake.set()


def _spoil(message: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Return the message with one bit of a signed field flipped, its signature left as it was."""
    value = str(message[field])
    return {**message, field: value[:-1] + chr(ord(value[-1]) ^ 1)}
