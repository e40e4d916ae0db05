"""What the sandbox's banks know of the year: every order and transfer in their own books."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from devtools.sandbox.books import Books

_COLUMNS = ("gateway", "ref", "bank_ref", "amount", "state", "created_at", "paid_at", "detail")


def write(path: Path, transactions: Iterable[dict[str, Any]]) -> None:
    """Add transactions to the books in one go; the file is made when it is not there."""
    Books(path)
    with sqlite3.connect(path) as database:
        marks = ", ".join("?" * len(_COLUMNS))
        database.executemany(
            f"INSERT INTO transactions ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608 - our own names
            ([_stored(name, row[name]) for name in _COLUMNS] for row in transactions),
        )
    database.close()


def _stored(name: str, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if name == "detail" else value
