"""`manage.py heartbeats`: exit 1 when a process is silent; for a person or a watchdog."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from payments import heartbeats


class Command(BaseCommand):
    """Exits 1 when somebody asked about is silent, 2 when PostgreSQL does not answer: then nobody is to blame."""

    help = "Say when each process last worked; exit 1 if one is silent, 2 if PostgreSQL does not answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask about some processes only, or about this machine's only."""
        parser.add_argument("--process", action="append", choices=list(heartbeats.PATIENCE))
        parser.add_argument("--here", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a process."""
        host = heartbeats.this_host() if options["here"] else None
        try:
            signs, silent = heartbeats.last_signs(host=host), heartbeats.silent(host=host)
        except DatabaseError as error:
            self.stderr.write(f"PostgreSQL does not answer: {error}")
            sys.exit(2)
        processes = options["process"] or list(signs)
        for process in processes:
            at = signs[process]
            ago = f"{(timezone.now() - at).total_seconds():.0f} s ago" if at else "never"
            self.stdout.write(f"{process}: {ago}{' - silent' if process in silent else ''}")
        if any(process in silent for process in processes):
            sys.exit(1)
