"""Emptying the test database between tests.

Django truncates every table and fills permissions and content types again, a tenth of a
second after each test that commits. Most tests write to a few tables: only those are
emptied, and what `migrate` filled stays.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

#: Filled by `migrate`, the same for all tests.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def install() -> None:
    """Let every test that commits be followed by this."""
    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


def empty(*case: Any) -> None:
    """Delete every row a test wrote."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables()))  # noqa: S608
        filled = [f'"{table}"' for (table,) in cursor.fetchall()]
        if not filled:
            return
        if may_put_triggers_to_sleep():
            deletions = "; ".join(f"DELETE FROM {table}" for table in filled)  # noqa: S608
            cursor.execute(f"SET session_replication_role = replica; {deletions}; RESET session_replication_role")
        else:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


@cache
def tables() -> list[str]:
    """Return the tables a test may write to."""
    return sorted(set(connection.introspection.table_names()) - KEPT)


@cache
def may_put_triggers_to_sleep() -> bool:
    """A server of ours allows it (`devtools.embedded`); deleting some rows is quicker than new files for all tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])
