"""`manage.py import_statement <gateway> <merchant id> <file>`: preview first, then match with --confirm."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from gateways.base import GatewayMissing
from payments.errors import StatementRefused
from payments.models import MerchantAccount
from payments.models.statements import RowState, StatementState
from payments.reconciliation import confirmation, matching, previews, row_days, statements


class Command(BaseCommand):
    """Takes a bank's file from the terminal, with progress; the same file twice changes nothing.

    What the ledger knows is matched; what is new waits for an accountant, because no bank has signed the file.
    """

    help = "Read a bank statement, show what it would do, and match it with --confirm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which contract, which file."""
        parser.add_argument("gateway")
        parser.add_argument("merchant_id")
        parser.add_argument("file", type=Path)
        parser.add_argument("--confirm", action="store_true", help="match what the ledger knows; without it, only show")
        parser.add_argument(
            "--odd-days",
            action="store_true",
            help="rows of days to come, outside the contract or far from the ledger's are right",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read a statement, print the preview, and match it with `--confirm`."""
        account = MerchantAccount.objects.filter(gateway=options["gateway"], merchant_id=options["merchant_id"]).first()
        if account is None:
            raise CommandError("There is no such merchant account.")
        try:
            with options["file"].open("rb") as file:
                statement, is_new = statements.take(account, File(file, name=options["file"].name), by=None)
            if not is_new:
                self.stdout.write(f"This file came before, on {statement.uploaded_at:%d/%m/%Y}: {statement.state}.")
            if statement.state == StatementState.LOADING:
                statements.load(statement, self._bar("reading"))
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        except StatementRefused as error:
            raise CommandError(error.message) from error
        except GatewayMissing as error:
            raise CommandError(f"The file is kept and waits: {error}. Install it and run this again.") from error
        if statement.state == StatementState.PREVIEW:
            preview = previews.of(statement)
            self.stdout.write(f"{statement.row_count} rows, {statement.total_amount} VND: {preview.seen}")
            if not options["confirm"]:
                self.stdout.write("Nothing was matched. Run again with --confirm.")
                return
            if not options["odd_days"] and (odd := row_days.odd(statement)[:5]):
                days = ", ".join(f"line {row.line_number}: {row.value_date:%d/%m/%Y}" for row in odd)
                raise CommandError(f"Days that can hardly be: {days}. If right, add --odd-days.")
            if preview.is_of_another:
                raise CommandError(f"{len(preview.foreign)} rows are another contract's: is it the right file?")
            confirmation.match_known(statement, actor=None)
            statement.refresh_from_db()
        if statement.state == StatementState.APPLYING:
            try:
                matching.apply(statement, self._bar("matching"))
            except GatewayMissing as error:
                raise CommandError(f"The file is confirmed and waits: {error}.") from error
        if statement.state == StatementState.PROPOSED:
            self.stdout.write("What the ledger does not know waits for an accountant (/doi-soat/sao-ke/).")
        for state in RowState:
            if count := statement.rows.filter(state=state).count():
                self.stdout.write(f"{state.value:12} {count}")

    def _bar(self, label: str) -> statements.Progress:
        def show(done: int, total: int) -> None:
            filled = 30 * done // max(total, 1)
            end = "\n" if done >= total else "\r"
            sys.stderr.write(f"{label:9} [{'█' * filled}{'·' * (30 - filled)}] {100 * done // max(total, 1):3} %{end}")

        return show
