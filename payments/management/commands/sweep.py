"""`manage.py sweep`: the safety net, which needs PostgreSQL and nothing else."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from payments import sweeping

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Drains leftovers, asks about open payments, sends what waits; any number may run at once."""

    help = "Finish what workers left: loops until stopped, or runs --once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--once` for cron and tests; `--interval` in seconds."""
        parser.add_argument("--once", action="store_true")
        parser.add_argument("--interval", type=float, default=2.0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep until told to stop. A failing database is waited for, not died of."""
        if options["once"]:
            self.stdout.write(str(sweeping.sweep()))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                sweeping.sweep()
            except Exception:
                logger.exception("this sweep failed; the next one tries again")
                close_old_connections()
            stop.wait(options["interval"])
