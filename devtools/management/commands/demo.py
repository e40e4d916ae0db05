"""`manage.py demo`: what the demo (`devtools/run_demo.py`) needs Django for, and what is asked of one that runs."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from io import StringIO
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.totp.internal import auth as totp
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from devtools import demo, quick_migrations
from devtools.embedded.postgres import NAME, WEB_ROLE
from devtools.province import load as province
from devtools.smoke_test import note_for_gateways
from devtools.stack import FOLDER, ROOT
from dossiers.models import Dossier


class Command(BaseCommand):
    """Loads the Phú Thọ demo; checks the ledger of the demo that runs, or says how to sign in to it."""

    help = "Prepare the demo, or ask the one that runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One step: `--prepare`, `--check-ledger` or `--account`."""
        parser.add_argument("--dossiers", type=int, default=0, help="Load a year of the province's life, once.")
        parser.add_argument("--prepare", action="store_true")
        parser.add_argument("--check-ledger", action="store_true")
        parser.add_argument("--account", help="Say how to sign in as one of the accounts.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the step asked for; every foreseeable fault is one sentence."""
        if options["prepare"]:
            self._prepare(options["dossiers"])
            return
        if options["check_ledger"]:
            self._check_ledger()
            return
        if options["account"] is not None:
            self._account(options["account"])
            return
        raise CommandError("`make demo` starts it; here are its steps.")

    def _prepare(self, dossiers: int) -> None:
        """Runs in a process of its own, when the servers are up and the environment is set."""
        gc.disable()  # it lives for seconds
        base, sandbox = os.environ["BASE_URL"], os.environ["SANDBOX_URL"]
        if not connection.introspection.table_names():
            quick_migrations.install()
        call_command("migrate", verbosity=0)
        if connection.settings_dict["USER"] == NAME:  # a server of ours, with a second role for the processes
            call_command("grant_web_role", WEB_ROLE, stdout=StringIO())
        earlier_path = FOLDER / "people.json"
        earlier = json.loads(earlier_path.read_text()) if earlier_path.exists() else {}
        contracts = demo.contracts(FOLDER, base, sandbox)
        note = demo.prepare(contracts, earlier, self._progress)
        demo.write_note(earlier_path, note)
        if dossiers and province.is_empty():
            banks = {gateway: contract["bank"] for gateway, contract in contracts.items()}
            province.load(dossiers, banks, books=FOLDER / "sandbox.sqlite3", progress=self._progress)
        elif Dossier.objects.count() < dossiers // 2:  # ONCE=1 came first, say
            self.stdout.write("No year is loaded beside what is here: `rm -r .local` begins anew with one.")
        addresses = {"base_url": base, "live_url": os.environ["LIVE_URL"], "sandbox_url": sandbox}
        addresses["messages"] = os.environ["MESSAGE_FILE"]
        content = {**addresses, **note, "gateways": note_for_gateways(contracts, base)}
        demo.write_note(FOLDER / "demo.next.json", content)

    def _progress(self, done: int, total: int, label: str) -> None:
        filled = 30 * done // max(total, 1)
        end = "\n" if done == total else ""
        if done < total and not sys.stdout.isatty():
            return
        self.stdout.write(f"\r[{'█' * filled}{'·' * (30 - filled)}] {done}/{total} {label}", ending=end)
        self.stdout.flush()

    def _account(self, who: str) -> None:
        accounts = self._note()["accounts"]
        if who not in accounts:
            raise CommandError(f"There is no account {who or '(WHO=…)'}: choose one of {', '.join(accounts)}.")
        account = accounts[who]
        code = totp.hotp_value(account["otp_secret"], int(time.time()) // mfa_settings.TOTP_PERIOD)
        self.stdout.write(f"{account['username']}\n{account['password']}\n{totp.format_hotp_value(code)}")

    def _note(self) -> dict[str, Any]:
        if not (FOLDER / "demo.json").exists():
            raise CommandError("The demo is not running: start it with `make demo`.")
        note: dict[str, Any] = json.loads((FOLDER / "demo.json").read_text())
        return note

    def _check_ledger(self) -> None:
        path = FOLDER / "environment.json"
        self._note()
        env = {**os.environ, **json.loads(path.read_text())}
        done = subprocess.run([sys.executable, "manage.py", "check_ledger"], env=env, cwd=ROOT, check=False)
        sys.exit(done.returncode)
