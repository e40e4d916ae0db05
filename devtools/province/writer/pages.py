"""Keeps rows until their time has come, then writes them table by table, oldest first.

What happens weeks after a dossier came in is known at once, but its rows wait: so ids, receipt numbers and the
links of the audit follow the clock, however the stories were told, and memory holds some weeks, not the year.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection

from .press import Press
from .row import Row
from .table import Table

#: What is to be done to the rows of a table that are due.
Step = Callable[[list[Row]], None]


class Pages:
    """The tables, each after those it refers to, and the rows that wait.

    `before` prepares rows that have no ids yet, in the order in which they get them; `after` may add rows of later
    tables that follow from them.
    """

    def __init__(self, tables: dict[str, Table], before: dict[str, Step] | None = None) -> None:
        self._tables = tables
        self._waiting: dict[str, list[Row]] = {name: [] for name in tables}
        self._before = before or {}
        self.after: dict[str, Step] = {}
        self.written: dict[str, int] = dict.fromkeys(tables, 0)
        # The last page is encoded and copied while the next is told: two processors are busy.
        self._press = Press()

    def add(self, table: str, at: datetime, /, **values: Any) -> Row:
        """Put a row down for a moment and return it; its values may still change until it is written."""
        row = Row(at, values)
        self._waiting[table].append(row)
        return row

    def turn(self, until: datetime) -> None:
        """Write all rows of before a moment. Raises what PostgreSQL had against the page before."""
        ready: list[tuple[Table, list[Row]]] = []
        for name, table in self._tables.items():
            waiting = self._waiting[name]
            due = [row for row in waiting if row.at < until]
            self._waiting[name] = [row for row in waiting if row.at >= until]
            due.sort(key=lambda row: row.at)
            if prepare := self._before.get(name):
                prepare(due)
            table.number(due)
            if follow := self.after.get(name):
                follow(due)
            self.written[name] += len(due)
            if due:
                ready.append((table, due))
        self.wait()
        self._press.print(connection.cursor().cursor, ready)

    def wait(self) -> None:
        """Return when the last page is in the database. Raises what PostgreSQL had against it."""
        with connection.wrap_database_errors:
            self._press.wait()

    def begin(self) -> None:
        """Read where each table's ids stand."""
        for table in self._tables.values():
            table.begin()

    def finish(self) -> None:
        """Leave the sequences as if the rows had been saved one by one, once all is written."""
        self.wait()
        for table in self._tables.values():
            table.finish()
