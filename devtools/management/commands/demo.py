"""`manage.py demo`: the whole system on this machine, with a journey to watch. Ctrl-C ends it."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.totp.internal import auth as totp
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from devtools import demo, embedded, quick_migrations
from devtools.embedded.postgres import NAME, WEB_ROLE
from devtools.processes import is_free
from devtools.province import load as province
from devtools.smoke_test import Journey, JourneyFailed, note_for_gateways
from devtools.stack import ROOT, Stack, StackError, environment, messaging

#: Where the demo keeps what it makes; tests give it a folder of their own.
FOLDER = Path(os.environ.get("DEMO_FOLDER", ROOT / ".local"))


class Command(BaseCommand):
    """Starts servers and processes, loads the Phú Thọ demo, plays a journey, and serves."""

    help = "Run the demo until Ctrl-C, or play every gateway once with --once."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--port` of the portal (live +1, sandbox +2), `--once`, `--dossiers`, and hidden steps of its own."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--once", action="store_true")
        parser.add_argument("--dossiers", type=int, default=0, help="Load a year of the province's life, once.")
        parser.add_argument("--player", action="store_true", help="Let citizens come all the time.")
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
        # SIGTERM must end it as Ctrl-C does, so that nothing is left behind.
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        try:
            self._demo(options["port"], once=options["once"], dossiers=options["dossiers"], player=options["player"])
        except (embedded.EmbeddedError, StackError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped; nothing is left running.")

    def _demo(self, port: int, *, once: bool, dossiers: int, player: bool) -> None:
        for number in (port, port + 1, port + 2, port + 3):
            if not is_free(number):
                raise CommandError(f"Port {number} is taken: stop what uses it, or choose another with PORT=…")
        if shutil.disk_usage(ROOT).free < 500 * 1024**2:
            raise CommandError("Less than 500 MB of disk is free: the demo needs that much.")
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        began = time.monotonic()
        with embedded.servers(FOLDER) as running:
            (FOLDER / "demo.json").unlink(missing_ok=True)  # of a demo that has ended: one that runs has the servers
            env = environment(port, FOLDER) | messaging(port) | running.environment
            prepare = [sys.executable, "manage.py", "demo", "--prepare", "--dossiers", str(dossiers)]
            subprocess.run(prepare, env=env, cwd=ROOT, check=True)  # noqa: S603 - our own interpreter
            stack = Stack(env | running.process_environment, port=port, logs=FOLDER / "logs", player=player)
            try:
                stack.start()
                (FOLDER / "environment.json").write_text(json.dumps(running.environment))
                (FOLDER / "demo.next.json").rename(FOLDER / "demo.json")
                self.stdout.write(f"Ready after {time.monotonic() - began:.1f} s.")
                self._play(env, once=once)
                if not once:
                    self._serve(stack)
            finally:
                stack.stop()

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

    def _play(self, env: dict[str, str], *, once: bool) -> None:
        gateways = list(json.loads((FOLDER / "demo.json").read_text())["gateways"])
        seconds: dict[str, float] = {}
        for gateway in gateways if once else gateways[:1]:
            journey = Journey(env["BASE_URL"], env["SANDBOX_URL"], self._say)
            try:
                seconds[gateway] = round(journey.play(gateway), 3)
            except (JourneyFailed, OSError) as error:
                self.stderr.write(f"The journey through {gateway} failed: {error}")
        if once:
            result = {"journeys": len(gateways), "paid": len(seconds), "seconds_to_paid": seconds}
            self.stdout.write(json.dumps(result))
            if len(seconds) < len(gateways):
                sys.exit(1)

    def _say(self, step: str, seconds: float) -> None:
        self.stdout.write(f"  {seconds * 1000:7.0f} ms  {step}")

    def _serve(self, stack: Stack) -> None:
        note = json.loads((FOLDER / "demo.json").read_text())
        self.stdout.write(f"\nPortal   {note['base_url']}/\nDesk     {note['base_url']}/quay/")
        self.stdout.write(f"Bank app {note['sandbox_url']}/vietinbank/app\nAccounts (more in .local/demo.json):")
        for role, account in note["accounts"].items():
            self.stdout.write(f"  {role:18} {account['username']:18} {account['password']}")
        self.stdout.write("Ctrl-C stops everything.")
        stop = threading.Event()
        while not stop.wait(2):
            for name in stack.revive():
                self.stderr.write(f"{name} had died and was started again.")

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
