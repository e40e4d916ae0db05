"""Starts and watches every process of the system, for demo, journeys and drills."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from .processes import LOCALHOST, Child

ROOT = Path(__file__).resolve().parent.parent
#: Where the demo keeps what it makes; tests give it a folder of their own.
FOLDER = Path(os.environ.get("DEMO_FOLDER", ROOT / ".local"))


def environment(port: int, folder: Path) -> dict[str, str]:
    """Return what every process of a demo or a drill is told: its addresses from `port` on, its files in `folder`.

    The servers' own addresses (DATABASE_URL, REDIS_URL) are the caller's to add.
    """
    base, sandbox = f"http://{LOCALHOST}:{port}", f"http://{LOCALHOST}:{port + 2}"
    # Both sides of the citizens' sign-in, made afresh at each start.
    client = {
        "client_id": "motcua-demo",
        "client_secret": secrets.token_hex(16),
        "redirect_uri": f"{base}/tai-khoan/vneid/login/callback/",
    }
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
        "BASE_URL": base,
        "LIVE_URL": f"http://{LOCALHOST}:{port + 1}",
        "SANDBOX_URL": sandbox,
        "SANDBOX_APP_URL": f"{sandbox}/vietinbank/app",
        "SANDBOX_CONFIG": str(folder / "sandbox.json"),
        "MESSAGE_FILE": str(folder / "messages.jsonl"),
        "SANDBOX_OIDC": json.dumps(client),
        "VNEID_ISSUER": f"{sandbox}/oidc",
        "VNEID_CLIENT_ID": client["client_id"],
        "VNEID_CLIENT_SECRET": client["client_secret"],
        "PYTHONUNBUFFERED": "1",
    }


def messaging(port: int) -> dict[str, str]:
    """Return what lets the portal send by real adapters, and the sandbox play their providers; mail is on port + 3."""
    sandbox, mail_port = f"http://{LOCALHOST}:{port + 2}", port + 3
    tokens = {"sms_token": secrets.token_hex(16), "zalo_token": secrets.token_hex(16)}
    return {
        "SANDBOX_MESSAGES": json.dumps({**tokens, "mail_port": mail_port}),
        "SMS_ADAPTER": "dossiers.messages.providers.by_http_sms",
        "SMS_URL": f"{sandbox}/sms/send",
        "SMS_TOKEN": tokens["sms_token"],
        "ZALO_ADAPTER": "dossiers.messages.providers.by_zalo",
        "ZALO_URL": f"{sandbox}/zalo/message/template",
        "ZALO_TOKEN": tokens["zalo_token"],
        "ZALO_TEMPLATE": "sandbox",
        "EMAIL_ADAPTER": "dossiers.messages.channels.by_mail",
        "EMAIL_URL": f"smtp://{LOCALHOST}:{mail_port}",
    }


class StackError(Exception):
    """A process did not come up; the message says which and what it said last."""


class Stack:
    """web, worker, beat, sweeper, live and sandbox on neighbouring ports of 127.0.0.1, and the background player."""

    def __init__(self, env: Mapping[str, str], *, port: int, logs: Path, player: bool = False) -> None:
        self.port = port
        logs.mkdir(parents=True, exist_ok=True)
        gunicorn = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--keep-alive", "65", "-k", "gthread"]
        celery = [sys.executable, "-m", "celery", "-A", "portal"]
        commands = {
            "sandbox": [*gunicorn, "-b", f"{LOCALHOST}:{port + 2}", "-w", "1", "--threads", "16"]
            + ["--header-map", "dangerous", "devtools.sandbox.wsgi:application"],  # Zalo's token: an underscore
            "web": [*gunicorn, "-c", "python:portal.gunicorn_conf", "-b", f"{LOCALHOST}:{port}", "-w", "2"]
            + ["--threads", "4", "portal.wsgi:application"],
            "live": [sys.executable, "-m", "uvicorn", "portal.asgi:application", "--host", LOCALHOST]
            + ["--port", str(port + 1), "--log-level", "warning", "--timeout-graceful-shutdown", "1"],
            "worker": [*celery, "worker", "-c", "2", "-l", "WARNING", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "-l", "WARNING", "-s", str(logs / "beat-schedule")],
            "sweeper": [sys.executable, "manage.py", "sweep"],
        }
        if player:
            addresses = [f"http://{LOCALHOST}:{port}", f"http://{LOCALHOST}:{port + 2}"]
            commands["player"] = [sys.executable, "-m", "devtools.province.player", *addresses]
        self.children = {
            name: Child(command, log=logs / f"{name}.log", env=env, cwd=ROOT) for name, command in commands.items()
        }

    def start(self, seconds: float = 60) -> None:
        """Start everything and wait until it answers. Raises StackError."""
        for child in self.children.values():
            child.start()
        deadline = time.monotonic() + seconds
        self._await("web", "/health/ready", self.port, deadline)
        self._await("live", "/health/live", self.port + 1, deadline)
        self._await("sandbox", "/control/health", self.port + 2, deadline)

    def stop(self) -> None:
        """Stop everything; nothing is left running."""
        for child in reversed(self.children.values()):
            child.stop()

    def revive(self) -> list[str]:
        """Start again whatever has died; return the names."""
        dead = [name for name, child in self.children.items() if not child.is_running]
        for name in dead:
            self.children[name].start()
        return dead

    def _await(self, name: str, path: str, port: int, deadline: float) -> None:
        child = self.children[name]
        while time.monotonic() < deadline:
            if not child.is_running:
                break
            try:
                with urllib.request.urlopen(f"http://{LOCALHOST}:{port}{path}", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise StackError(f"{name} did not come up; it said last:\n{child.last_words()}")
