"""Child processes in a group of their own: started, stopped, killed, never left behind.

Used for the embedded servers and for the processes of the demo. On Linux the kernel itself stops a
child whose parent dies (`PR_SET_PDEATHSIG`), so not even `kill -9` of the parent leaves one behind.
The kernel watches the *thread* that started the child: start children from a thread that stays.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

LOCALHOST = "127.0.0.1"
_FIRST_PORT, _PORTS_END = 20_000, 32_768
_PR_SET_PDEATHSIG = 1
_CHANCE = random.SystemRandom()
_RESERVED: dict[int, IO[str]] = {}


class Owner(NamedTuple):
    """The user a child runs as, when it is not ours."""

    name: str
    uid: int
    gid: int


class Child:
    """One process with a log file, in a process group of its own (Ctrl-C reaches only its parent)."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | str = "/",
        owner: Owner | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.command = list(command)
        self.log = log
        self.env = dict(os.environ if env is None else env)
        self.cwd = cwd
        self.owner = owner
        self.stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the present life, or of the last one."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        """True from start until the process has ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, appending to its log. Raises OSError when the command cannot be run."""
        identity = run_as(self.owner)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands, never user input
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent(self.stop_signal),
                **identity,
            )

    def kill(self, number: signal.Signals, *, group: bool = True) -> None:
        """Send a signal to the process and, unless told otherwise, to its own children too."""
        if self.pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.pid, number)

    def stop(self, seconds: float = 15) -> None:
        """Ask it to end, wait so long, then kill its whole group; nothing of it is left afterwards."""
        if self._process is None:
            return
        if self.is_running:
            self.kill(signal.SIGCONT)  # a stopped process would not hear us
            self.kill(self.stop_signal, group=False)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill(signal.SIGKILL)
        self._process.wait()

    def last_words(self, lines: int = 5) -> str:
        """Return the end of its log, for an error message."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.strip().splitlines()[-lines:])


def run_as(owner: Owner | None) -> dict[str, Any]:
    """Return the `subprocess` arguments that run a command as that user."""
    return {} if owner is None else {"user": owner.uid, "group": owner.gid, "extra_groups": []}


def free_port(preferred: int | None = None, *, together: int = 1) -> int:
    """Return the preferred port of 127.0.0.1 if nothing listens there, else the first of so many free ones in a row.

    They lie below those the system gives to outgoing connections, one of which could take a port
    between its being found free and its server's start. What was returned stays ours until this
    process ends: a lock on a file keeps other processes that ask here from finding it free as well.
    """
    if preferred and (preferred in _RESERVED or _reserve(preferred)) and is_free(preferred):
        return preferred
    while True:
        # Not `random` itself: tests seed it, and two workers with one seed would choose the same ports.
        port = _CHANCE.randrange(_FIRST_PORT, _PORTS_END - together)
        if all(_reserve(port + number) and is_free(port + number) for number in range(together)):
            return port


def _reserve(port: int) -> bool:
    """True when no other process has been given this port; one that we cannot use after all is kept, too."""
    if port in _RESERVED:
        return False
    folder = Path(tempfile.gettempdir()) / f"motcua-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = (folder / str(port)).open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return False
    _RESERVED[port] = handle
    return True


def is_free(port: int) -> bool:
    """True when we could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections still linger (TIME_WAIT) is free to listen on.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
    return True


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return what the child does between fork and exec, after it has changed its user."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_kernel
