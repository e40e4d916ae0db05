"""What every benchmark needs: the plain five steps, percentiles, and a note of the machine."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from devtools.embedded.binaries import postgres_folder

FIVE_STEPS = Path(__file__).parent / "five_steps.sql"


def five_steps_per_second(rows: int, account: int, *, seconds: int, clients: int = 32) -> float:
    """Run pgbench's five plain steps on our own tables and return transactions per second."""
    database = connection.settings_dict
    env = {
        **os.environ,
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"]),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
        "PGDATABASE": str(database["NAME"]),
    }
    command = [str(postgres_folder() / "bin" / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
    command += ["-T", str(seconds), "-D", f"rows={rows}", "-D", f"account={account}", "-f", str(FIVE_STEPS)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return float(re.search(r"tps = ([0-9.]+)", done.stdout)[1])  # type: ignore[index]


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which `part` (0-1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def machine() -> str:
    """Return in a line what was measured on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SHOW synchronous_commit")
        synchronous = cursor.fetchone()[0]
    return (
        f"{os.cpu_count()} CPUs, PostgreSQL {version}, synchronous_commit {synchronous}, load {os.getloadavg()[0]:.1f}"
    )
