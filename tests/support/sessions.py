"""Who else holds a session of the test database: a database in use cannot be dropped or copied.

A thread of the live server keeps its connection until the browser has closed its own, a
process that was killed until PostgreSQL notices: both end by themselves, a little after the
test. A thread that never closes its connection does not, and is named by what it asked last.
"""

from __future__ import annotations

import time

from django.db import connection

#: Seconds for which sessions may outlive the last test.
PATIENCE = 10.0


def others() -> list[str]:
    """Return what each other session of the present database did last, without the server's own processes."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(nullif(application_name, ''), 'unnamed') || ', ' || coalesce(state, '') || ': ' || query
               FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
               ORDER BY backend_start"""
        )
        return [row[0] for row in cursor.fetchall()]


def wait_until_alone(seconds: float = PATIENCE) -> None:
    """Return when no other session is left. Raises AssertionError that names those that stay."""
    deadline = time.monotonic() + seconds
    while left := others():
        assert time.monotonic() < deadline, "sessions were left open, last used for: " + "; ".join(left)
        time.sleep(0.05)
