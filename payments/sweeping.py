"""One round of the safety net. Other apps add their own leftovers with `register`."""

from __future__ import annotations

from collections.abc import Callable

from . import checking, inbox, reconciliation, refund_sending

_ROUNDS: list[tuple[str, Callable[[], int]]] = [
    ("notices", inbox.drain_all),
    ("checks", checking.check_due),
    ("refunds", refund_sending.send_due),
    ("statements", reconciliation.work_due),
]


def register(name: str, work: Callable[[], int]) -> None:
    """Add work that must get done even when no worker and no Redis is there."""
    _ROUNDS.append((name, work))


def sweep() -> dict[str, int]:
    """Do every kind of leftover once and return how many of each were done."""
    return {name: work() for name, work in _ROUNDS}
