"""`manage.py skip_receipt_numbers <count> --reason …`: after a restore, before anything settles."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.receipts import issue as receipts


class Command(BaseCommand):
    """Numbers of receipts issued after the restored moment are on paper and must not be given again."""

    help = "Leave out the next numbers of every receipt book in use, noted as lost (after a restore)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many: more than any series can have issued in the lost time."""
        parser.add_argument("count", type=int)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Skip the numbers, and print in how many series."""
        if not 0 < options["count"] <= 1_000_000:
            raise CommandError("The count is between 1 and 1,000,000.")
        books = receipts.skip_lost(options["count"], options["reason"])
        self.stdout.write(f"{options['count']} numbers left out in each of {books} books.")
