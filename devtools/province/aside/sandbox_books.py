"""What the sandbox's banks know of the year: every order and transfer in their own books."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from devtools.sandbox.books import Books

_COLUMNS = ("gateway", "ref", "bank_ref", "amount", "state", "created_at", "paid_at", "detail")


class Spool:
    """Adds transactions to the books in one transaction of SQLite, page by page. Without a path they are dropped."""

    def __init__(self, path: Path | None) -> None:
        if path:
            Books(path)  # makes the tables
        self._database = sqlite3.connect(path) if path else None

    def write(self, transactions: list[dict[str, Any]]) -> None:
        """Add transactions and empty the list."""
        if self._database:
            marks = ", ".join("?" * len(_COLUMNS))
            self._database.executemany(
                f"INSERT INTO transactions ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608 - our own names
                ([_stored(name, row[name]) for name in _COLUMNS] for row in transactions),
            )
        transactions.clear()

    def commit(self) -> None:
        """Let the banks know: the portal's own rows are committed."""
        if self._database:
            self._database.commit()
            self._database.close()


def _stored(name: str, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if name == "detail" else value
