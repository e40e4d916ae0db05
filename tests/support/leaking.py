"""The portal's Celery application with one task more, which leaks: `celery -A tests.support.leaking worker`."""

from __future__ import annotations

from typing import Any

from portal.celery import app

KILOBYTE = 1024
_kept: list[bytearray] = []


@app.task(name="tests.leak")
def leak(kilobytes: int, **_: Any) -> None:
    """Take memory and never give it back."""
    _kept.append(bytearray(kilobytes * KILOBYTE))
