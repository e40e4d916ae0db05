"""Every process of the system, started and watched together: for the demo, the journeys and the drills."""

from __future__ import annotations

import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from .children import LOCALHOST, Child

ROOT = Path(__file__).resolve().parent.parent


class StackError(Exception):
    """A process did not come up; the message says which and what it said last."""


class Stack:
    """web, worker, beat, sweeper, live and sandbox on neighbouring ports of 127.0.0.1."""

    def __init__(self, env: Mapping[str, str], *, port: int, logs: Path) -> None:
        self.port = port
        logs.mkdir(parents=True, exist_ok=True)
        gunicorn = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--keep-alive", "65", "-k", "gthread"]
        celery = [sys.executable, "-m", "celery", "-A", "portal"]
        commands = {
            "sandbox": [*gunicorn, "-b", f"{LOCALHOST}:{port + 2}", "-w", "1", "--threads", "16"]
            + ["gateways.sandbox.wsgi:application"],
            "web": [*gunicorn, "-c", "python:portal.listening", "-b", f"{LOCALHOST}:{port}", "-w", "2"]
            + ["--threads", "4", "portal.wsgi:application"],
            "live": [sys.executable, "-m", "uvicorn", "portal.asgi:application", "--host", LOCALHOST]
            + ["--port", str(port + 1), "--log-level", "warning", "--timeout-graceful-shutdown", "1"],
            "worker": [*celery, "worker", "-c", "2", "-l", "WARNING", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "-l", "WARNING", "-s", str(logs / "beat-schedule")],
            "sweeper": [sys.executable, "manage.py", "sweep"],
        }
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
