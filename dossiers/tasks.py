"""Celery tasks of this app."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from .attachments import scan
from .messages import outbox as messages
from .one_time_codes import codes as one_time_codes


@shared_task(name="dossiers.send_messages")
def send_messages(**_: Any) -> int:
    """Send what waits."""
    return messages.send_waiting()


@shared_task(name="dossiers.send_codes")
def send_codes(**_: Any) -> int:
    """Send one-time codes; somebody sits and waits for them."""
    return one_time_codes.send_waiting()


@shared_task(name="dossiers.check_papers")
def check_papers(**_: Any) -> int:
    """Look a second time at papers that were sent."""
    return scan.check_due()
