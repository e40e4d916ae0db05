"""Directories of the servers, and the user they run as.

PostgreSQL refuses to run as root. Root therefore starts the servers as `nobody`, who can reach neither a
checkout under /root (mode 0700) nor a virtual environment there. We change no permission of a folder that
is not ours: files move to a folder under the system's temporary directory, and `embedded.json` notes where.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any

from devtools.processes import Owner, run_as

from .errors import EmbeddedError

NEEDED_BYTES = 300_000_000
_TEMPORARY_PREFIX = "motcua-servers-"


class Place:
    """The folder of one set of servers, locked for as long as we live."""

    def __init__(self, notes: Path | None) -> None:
        """`notes`: our own folder (`.local`); None: a temporary one, deleted on release."""
        self.owner = unprivileged_owner()
        self.is_temporary = notes is None
        self.notes = notes = notes or temporary_notes()
        notes.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(notes / "embedded.lock")
        if self._lock is None:
            raise EmbeddedError(f"The servers of {notes} are already running; stop them first (make clean).")
        self.remembered: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            self.remembered = json.loads((notes / "embedded.json").read_text())
        self.folder = self._choose_folder()
        if shutil.disk_usage(self.folder).free < NEEDED_BYTES:
            raise EmbeddedError(
                f"The disk of {self.folder} is full: the servers need {NEEDED_BYTES // 10**6} MB of free space."
            )

    def remember(self, **facts: Any) -> None:
        """Note facts for the next run and for `make clean`, readable only by us (passwords)."""
        self.remembered |= facts
        path = self.notes / "embedded.json"
        path.touch(0o600)
        path.write_text(json.dumps(self.remembered, indent=1))

    def private_folder(self, name: str) -> Path:
        """Make a folder that only the servers' user can read."""
        path = self.folder / name
        if not path.exists():
            path.mkdir(mode=0o700)
            if self.owner:
                os.chown(path, self.owner.uid, self.owner.gid)
        return path

    def runnable(self, path: Path) -> Path:
        """Return the path, or a copy of it that the servers' user can read. Takes files and folders."""
        if reaches(self.owner, path):
            return path
        copy = self.folder / "programs" / path.name
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            unfinished = copy.with_name(copy.name + ".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            if path.is_dir():
                shutil.copytree(path, unfinished, symlinks=True)
            else:
                shutil.copy(path, unfinished)
            unfinished.rename(copy)
        return copy

    def release(self) -> None:
        """Let the next run in; a temporary place is deleted."""
        if self.is_temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.rmtree(self.notes, ignore_errors=True)
        if self._lock:
            self._lock.close()

    def _choose_folder(self) -> Path:
        if reaches(self.owner, self.notes):
            folder = self.notes / "servers"
            folder.mkdir(exist_ok=True)
            return folder
        if remembered := self.remembered.get("folder"):
            path = Path(remembered)
            if path.is_dir() and not path.is_symlink() and path.stat().st_uid == os.geteuid():
                return path
        for parent in (tempfile.gettempdir(), "/var/tmp", "/tmp"):  # noqa: S108 - mkdtemp makes the name
            path = Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX, dir=parent))
            path.chmod(0o711)
            if reaches(self.owner, path):
                self.remember(folder=str(path))
                return path
            path.rmdir()
        raise EmbeddedError("Started as root, PostgreSQL needs a folder that the user nobody can reach, such as /tmp.")


def unprivileged_owner() -> Owner | None:
    """Return whom the servers run as: None for ourselves, `nobody` when we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "postgres", "daemon"):
        with contextlib.suppress(KeyError, OSError, subprocess.SubprocessError):
            entry = pwd.getpwnam(name)
            owner = Owner(name, entry.pw_uid, entry.pw_gid)
            if reaches(owner, Path("/")):
                return owner
    raise EmbeddedError(
        "PostgreSQL refuses to run as root and no other user can be taken here: run this as a normal user."
    )


def reaches(owner: Owner | None, path: Path) -> bool:
    """True when that user may enter the folder (or run the program), whatever the reason would be."""
    if owner is None:
        return os.access(path, os.X_OK)
    command = ["/bin/sh", "-c", 'test -r "$1" -o -d "$1" && test -x "$1"', "sh", str(path)]
    return subprocess.run(command, cwd="/", check=False, **run_as(owner)).returncode == 0  # noqa: S603


def temporary_notes() -> Path:
    """Return a new folder for servers that need not last, after sweeping those of killed runs."""
    root = Path(tempfile.gettempdir())
    for leftover in root.glob(f"{_TEMPORARY_PREFIX}test-*"):
        if leftover.stat().st_uid != os.geteuid() or not (leftover / "embedded.lock").exists():
            continue
        if lock := _locked(leftover / "embedded.lock"):
            shutil.rmtree(leftover, ignore_errors=True)
            lock.close()
    path = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY_PREFIX}test-", dir=root))
    path.chmod(0o711)
    return path


def _locked(path: Path) -> IO[str] | None:
    """Open and lock the file; None when another process holds it. Its death frees the lock."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
