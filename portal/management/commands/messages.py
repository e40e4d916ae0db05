"""`manage.py messages [--check]`: bring the English catalogue in step, or say what is missing."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.assets import translations


class Command(BaseCommand):
    """Needs no gettext tools, and no database."""

    help = "Extract messages, update and compile locale/en; --check only looks (exit 1 when incomplete)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` for `make check`."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Update or check, and name every message that would show up wrong."""
        if not options["check"]:
            self.stdout.write(f"{translations.update(settings.BASE_DIR)} messages")
        wrong = translations.faults(settings.BASE_DIR)
        for fault in wrong:
            self.stdout.write(f"{fault.why}: {fault.message}")
        if wrong and options["check"]:
            sys.exit(1)
