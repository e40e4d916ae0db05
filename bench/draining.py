"""How many notifications a second the batch drain settles, against five plain steps, interleaved."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from payments.models import Notification
from payments.settlement import ledger_check

from .measuring import five_steps_per_second
from .seeding import Field

ROUNDS = 4
NOTIFICATIONS = 20_000
DRAINERS = 2
BACKLOG = 50_000


def run(field: Field) -> dict[str, float]:
    """Return settled per second, pgbench's transactions per second and their ratio, medians of the rounds."""
    field.notifications(field.payments(1000))
    _drain()  # opens the receipt books and warms the caches
    ours, theirs = [], []
    for _ in range(ROUNDS):
        field.notifications(field.payments(NOTIFICATIONS))
        ours.append(NOTIFICATIONS / _drain())
        theirs.append(five_steps_per_second(field.next - 1, field.account.pk, seconds=6))
    field.notifications(field.payments(BACKLOG))
    backlog = _drain()
    if Notification.objects.filter(state="new").exists() or ledger_check.check():
        raise SystemExit("the drain left something, or broke the ledger")
    middle = ROUNDS // 2
    settled, plain = sorted(ours)[middle], sorted(theirs)[middle]
    return {
        "drain_settled_per_second": settled,
        "pgbench_five_steps_per_second": plain,
        "drain_vs_pgbench_ratio": settled / plain,
        "backlog_of_50000_drained_seconds": backlog,
    }


def _drain() -> float:
    """Drain everything in as many processes as the worker has, and return the seconds without their start."""
    ready = "import sys; sys.stdout.write('r'); sys.stdout.flush(); sys.stdin.read(1);"
    program = f"import django; django.setup(); from payments.callbacks import inbox; {ready} inbox.drain_all()"
    env = {**os.environ, "LOG_LEVEL": "ERROR"}
    drainers = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        for _ in range(DRAINERS)
    ]
    for drainer in drainers:
        drainer.stdout.read(1)  # type: ignore[union-attr]
    began = time.monotonic()
    for drainer in drainers:
        drainer.stdin.write(b"g")  # type: ignore[union-attr]
        drainer.stdin.close()  # type: ignore[union-attr]
    codes = [drainer.wait() for drainer in drainers]
    if any(codes):
        raise SystemExit("a drainer failed")
    return time.monotonic() - began
