"""Keeps rows until their time has come, then writes them table by table, oldest first.

What happens weeks after a dossier came in is known at once, but its rows wait: so ids, receipt numbers and the
links of the audit follow the clock, however the stories were told, and memory holds some weeks, not the year.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import connection

from .row import Row
from .table import Table

#: What is to be done to the rows of a table before they are written.
Before = Callable[[list[Row]], None]


class Pages:
    """The tables, each after those it refers to, and the rows that wait."""

    def __init__(self, tables: dict[str, Table], before: dict[str, Before] | None = None) -> None:
        self._tables = tables
        self._waiting: dict[str, list[Row]] = {name: [] for name in tables}
        self._before = before or {}
        self.written: dict[str, int] = dict.fromkeys(tables, 0)
        # PostgreSQL writes a page while the next is told: two processors are busy.
        self._writer = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def add(self, table: str, at: datetime, /, **values: Any) -> Row:
        """Put a row down for a moment and return it; its values may still change until it is written."""
        row = Row(at, values)
        self._waiting[table].append(row)
        return row

    def turn(self, until: datetime) -> None:
        """Write all rows of before a moment."""
        ready: dict[str, list[Row]] = {}
        for name, waiting in self._waiting.items():
            due = [row for row in waiting if row.at < until]
            self._waiting[name] = [row for row in waiting if row.at >= until]
            due.sort(key=lambda row: row.at)
            if prepare := self._before.get(name):
                prepare(due)
            self._tables[name].number(due)
            ready[name] = due
        found = [self._tables[name].page(rows) for name, rows in ready.items() if rows]
        for name, rows in ready.items():
            self.written[name] += len(rows)
        self.wait()
        self._writing = self._writer.submit(_copy, connection.cursor().cursor, found)

    def wait(self) -> None:
        """Return when the last page is in the database. Raises what PostgreSQL had against it."""
        if self._writing:
            with connection.wrap_database_errors:
                self._writing.result()
            self._writing = None

    def begin(self) -> None:
        """Read where each table's ids stand."""
        for table in self._tables.values():
            table.begin()

    def finish(self) -> None:
        """Leave the sequences as if the rows had been saved one by one, once all is written."""
        self.wait()
        self._writer.shutdown()
        for table in self._tables.values():
            table.finish()


def _copy(cursor: Any, found: Sequence[tuple[str, io.StringIO]]) -> None:
    for statement, buffer in found:
        cursor.copy_expert(statement, buffer)
