"""Rows kept in memory: what takes seconds to load once is put back in a fraction of one."""

from __future__ import annotations

import io
from collections.abc import Mapping

from django.db import connection, transaction

from .emptying import tables

#: Table → its rows as COPY writes them.
Snapshot = Mapping[str, bytes]


def take() -> Snapshot:
    """Return the rows of every table a test may write to."""
    kept = {}
    with connection.cursor() as cursor:
        for table in tables():
            out = io.BytesIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', out)
            kept[table] = out.getvalue()
    return {table: rows for table, rows in kept.items() if rows}


def put_back(snapshot: Snapshot) -> None:
    """Write the rows into empty tables, past triggers and foreign keys: sequences stand behind their numbers already.

    Needs a server on which triggers may be put to sleep (`emptying.may_put_triggers_to_sleep`).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in snapshot.items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.BytesIO(rows))
