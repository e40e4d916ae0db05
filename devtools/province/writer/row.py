"""A row that is still to be written: its values, and the moment that orders it among the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any


class Row(dict[str, Any]):
    """The values of one row by column; `id` comes when it is written.

    A value may be another row, of which the id is meant, or a function of nothing, asked when the row is
    written: that is how a text names a row that has no id yet.
    """

    __slots__ = ("at",)

    def __init__(self, at: datetime, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.at = at


def forget(rows: Iterable[Row]) -> None:
    """Let rows that are written lose what only their story needed of them.

    Rows know each other through it, in circles, which nobody would ever free while the collector is off.
    """
    for row in rows:
        for name in [name for name in row if name.startswith("_")]:
            del row[name]


def naming(prefix: str, row: Row) -> Callable[[], str]:
    """Return what says `prefix` and the row's id once it has one ("refund:7")."""
    return lambda: f"{prefix}{row['id']}"
