"""Lock time-outs: how long to wait, how long to hold, and the error when it fails."""

from __future__ import annotations

from django.db import OperationalError, connection
from psycopg2.errors import DeadlockDetected, LockNotAvailable

#: PostgreSQL ends the session of a transaction that is silent for so long: a frozen process
#: (SIGSTOP, a paused machine) would otherwise keep its bills and the receipt series for ever.
SILENCE_TIMEOUT = "5s"


def limit_waits(lock_timeout: str) -> None:
    """Limit, for the present transaction only, how long it waits for a lock and how long it may be silent.

    Not for the session: behind pgbouncer a session belongs to nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)",
            [lock_timeout, SILENCE_TIMEOUT],
        )


def is_contention(error: OperationalError) -> bool:
    """Distinguish a lock that could not be acquired from a failing database."""
    return isinstance(error.__cause__, LockNotAvailable | DeadlockDetected)
