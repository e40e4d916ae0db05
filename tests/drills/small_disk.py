"""A disk of 100 MB for the inbox and the ledger, to be filled to the last block: a real "No space left on device".

Mounting one takes root's rights or a user namespace, so the drills run in a mount namespace of their own where that can
be had (`enter_namespace`): nothing of it is seen outside, and nothing is left behind, however they end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .system import System

_INSIDE = "DRILLS_IN_A_NAMESPACE"
_OURS = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
_TABLES = ("payments_notification", "payments_ledgerevent", "payments_receipt")
_BLOCK = b"\0" * (1 << 16)


def enter_namespace() -> None:
    """Start this program again where a mount is private to it; return if that cannot be had, or has been done."""
    command = ["unshare", "--mount", *_OURS]
    if os.environ.get(_INSIDE) or not shutil.which("unshare"):
        return
    trial = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
        os.environ[_INSIDE] = "yes"
        os.execvp("unshare", [*command, sys.executable, "-m", "tests.drills", *sys.argv[1:]])  # noqa: S606


def can_have_a_small_disk() -> bool:
    """Tell whether mounts are ours alone here."""
    return bool(os.environ.get(_INSIDE))


class SmallDisk:
    """The disk under the tables. `failures` counts what PostgreSQL could not write."""

    def __init__(self, system: System, folder: Path) -> None:
        self._system, self._ballast = system, folder / "ballast"
        self._before = self._noted()

    @property
    def failures(self) -> int:
        """Return how many statements have found no room."""
        return self._noted() - self._before

    def fill(self) -> None:
        """Leave no room at all."""
        try:
            with self._ballast.open("ab", buffering=0) as ballast:
                while ballast.write(_BLOCK):
                    pass
        except OSError:
            return  # full

    def make_room(self) -> None:
        """Throw the ballast away."""
        self._ballast.unlink(missing_ok=True)

    def _noted(self) -> int:
        return self._system.log_lines("No space left on device")


@contextmanager
def small_disk(system: System) -> Iterator[SmallDisk]:
    """Move inbox, ledger and receipts to a small disk, and back at the end."""
    place = system.postgres.place
    folder = place.private_folder("small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=0755", "tmpfs", str(folder)], check=True)
    try:
        place.private_folder("small/space")
        system.as_superuser(f"CREATE TABLESPACE small OWNER motcua LOCATION '{folder / 'space'}'")
        try:
            _move(system, "small")
            disk = SmallDisk(system, folder)
            try:
                yield disk
            finally:
                disk.make_room()
        finally:
            _move(system, "pg_default")
            system.as_superuser("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _move(system: System, space: str) -> None:
    for table in _TABLES:
        system.execute(f"ALTER TABLE {table} SET TABLESPACE {space}")
