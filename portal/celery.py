"""The Celery application: `celery -A portal worker`, `celery -A portal beat`."""

from __future__ import annotations

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process

from core.background import jobs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def _schedule(sender: Celery, **_: Any) -> None:
    """Beat wakes every job that has an interval."""
    sender.conf.beat_schedule = jobs.beat_schedule()


@worker_before_create_process.connect
def _share_memory(**_: Any) -> None:
    """Leave what is loaded to itself: Python's collector would write to the pages that the children share with us."""
    gc.freeze()
