"""Celery tasks of this app."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from . import messages


@shared_task(name="dossiers.send_messages")
def send_messages(**_: Any) -> int:
    """Send what waits."""
    return messages.send_waiting()
