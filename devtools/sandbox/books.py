"""The banks' books in SQLite: transactions and pending callbacks survive a kill."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS transactions (
    id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, ref TEXT NOT NULL, bank_ref TEXT NOT NULL,
    amount INTEGER NOT NULL, state TEXT NOT NULL, created_at REAL NOT NULL, paid_at REAL,
    visible_at REAL NOT NULL DEFAULT 0, hidden_as TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS transactions_by_ref ON transactions (gateway, ref);
CREATE TABLE IF NOT EXISTS notifications (
    id INTEGER PRIMARY KEY, transaction_id INTEGER NOT NULL, gateway TEXT NOT NULL, message TEXT NOT NULL,
    spoilt TEXT, due_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '', is_held INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS notifications_due ON notifications (due_at) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, fault TEXT NOT NULL, count INTEGER, options TEXT NOT NULL);
"""
_JSON_COLUMNS = ("detail", "message", "spoilt", "options")


class Books:
    """Transactions, notifications to send and ordered faults. Safe for threads: one connection, one lock."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing in WAL mode; only a power cut could, and this is a sandbox.
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Add a row and return its id."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names from our own code
        with self._lock:
            return int(self._database.execute(sql, _stored(values)).lastrowid or 0)

    def update(self, table: str, row_id: int, **values: Any) -> None:
        """Change columns of one row."""
        changes = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE {table} SET {changes} WHERE id = ?"  # noqa: S608 - names from our own code
        with self._lock:
            self._database.execute(sql, (*_stored(values), row_id))

    def select(self, sql: str, *values: Any) -> list[Row]:
        """Return rows as dictionaries, JSON columns decoded."""
        with self._lock:
            rows = self._database.execute(sql, values).fetchall()
        return [
            {name: _loaded(name, row[name]) for name in row.keys()}  # noqa: SIM118 - a Row iterates its values
            for row in rows
        ]

    def open_transaction(self, gateway: str, ref: str, amount: int, **detail: Any) -> Row | None:
        """Write an order that waits for its payer; None if the reference is taken."""
        with self._lock:
            if self.transactions(gateway, ref):
                return None
            return self.add_transaction(gateway, ref, amount, "open", **detail)

    def add_transaction(
        self, gateway: str, ref: str, amount: int, state: str, bank_ref: str = "", **detail: Any
    ) -> Row:
        """Write a transaction and return it."""
        now = time.time()
        new_id = self.insert(
            "transactions",
            {
                "gateway": gateway,
                "ref": ref,
                "bank_ref": bank_ref,
                "amount": amount,
                "state": state,
                "created_at": now,
                "paid_at": now if state == "paid" else None,
                "detail": detail,
            },
        )
        return self.transaction(new_id)

    def transaction(self, transaction_id: int) -> Row:
        """Return one transaction."""
        return self.select("SELECT * FROM transactions WHERE id = ?", transaction_id)[0]

    def transactions(self, gateway: str, ref: str) -> list[Row]:
        """Return the transactions of a reference, oldest first."""
        return self.select("SELECT * FROM transactions WHERE gateway = ? AND ref = ? ORDER BY id", gateway, ref)

    def order_fault(self, gateway: str, fault: str, count: int | None, options: Mapping[str, Any]) -> None:
        """Misbehave from now on: `count` times, or until cleared."""
        self.insert("faults", {"gateway": gateway, "fault": fault, "count": count, "options": options})

    def take_fault(self, gateway: str, fault: str) -> dict[str, Any] | None:
        """Return the options of an order to misbehave so, and use it up once; None when there is none."""
        with self._lock:
            rows = self.select("SELECT * FROM faults WHERE gateway = ? AND fault = ?", gateway, fault)
            if not rows:
                return None
            row = rows[0]
            if row["count"] is not None:
                self.update("faults", row["id"], count=row["count"] - 1)
                self.select("DELETE FROM faults WHERE count <= 0")
        options: dict[str, Any] = row["options"]
        return options

    def clear_faults(self) -> None:
        """Behave again, and send at once what was held back."""
        with self._lock:
            self.select("DELETE FROM faults")
            self.select("UPDATE notifications SET due_at = 0, is_held = 0 WHERE is_held = 1")


def _stored(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(
        json.dumps(value, ensure_ascii=False) if name in _JSON_COLUMNS and value is not None else value
        for name, value in values.items()
    )


def _loaded(name: str, value: Any) -> Any:
    return json.loads(value) if name in _JSON_COLUMNS and value is not None else value
