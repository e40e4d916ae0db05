"""`manage.py sweep`: the sweeper, which needs only PostgreSQL."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.background import sweeper


class Command(BaseCommand):
    """Drains leftovers, asks about open payments, sends what waits; any number may run at once."""

    help = "Finish what workers left: loops until stopped, or runs --once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--once` for cron and tests; `--interval` in seconds."""
        parser.add_argument("--once", action="store_true")
        parser.add_argument("--interval", type=float, default=2.0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep until stopped by a signal."""
        if options["once"]:
            self.stdout.write(str(sweeper.sweep()))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sweeper.keep_sweeping(stop, options["interval"])
