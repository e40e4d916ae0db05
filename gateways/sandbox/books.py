"""The banks' own books: sqlite, so that what a bank knows survives its process."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any


class Books:
    """Transactions and faults of all banks played here. Thread-safe: one connection, one lock."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS transactions (gateway TEXT, ref TEXT, state TEXT, amount INTEGER, "
            "bank_ref TEXT, at REAL, detail TEXT, PRIMARY KEY (gateway, ref, bank_ref))"
        )
        self._faults: list[dict[str, Any]] = []

    def put(self, gateway: str, ref: str, state: str, amount: int, bank_ref: str = "", **detail: Any) -> None:
        """Write one transaction, replacing what was known of it."""
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO transactions VALUES (?,?,?,?,?,?,?)",
                (gateway, ref, state, amount, bank_ref, time.time(), json.dumps(detail)),
            )

    def remove(self, gateway: str, ref: str) -> None:
        """Forget a reference, to write it anew in another state."""
        with self._lock:
            self._db.execute("DELETE FROM transactions WHERE gateway = ? AND ref = ?", (gateway, ref))

    def find(self, gateway: str, ref: str) -> dict[str, Any] | None:
        """Return the latest transaction of a reference."""
        rows = self.all(gateway, ref)
        return rows[-1] if rows else None

    def all(self, gateway: str | None = None, ref: str | None = None) -> list[dict[str, Any]]:
        """Return transactions in order of time."""
        query = "SELECT gateway, ref, state, amount, bank_ref, at, detail FROM transactions"
        wanted = {name: value for name, value in (("gateway", gateway), ("ref", ref)) if value is not None}
        if wanted:
            query += " WHERE " + " AND ".join(f"{name} = ?" for name in wanted)
        with self._lock:
            rows = self._db.execute(query + " ORDER BY at", tuple(wanted.values())).fetchall()
        names = ("gateway", "ref", "state", "amount", "bank_ref", "at", "detail")
        return [{**dict(zip(names, row, strict=True)), "detail": json.loads(row[6])} for row in rows]

    def order_fault(self, fault: dict[str, Any]) -> None:
        """Misbehave from now on; `count` limits how often, None means until cleared."""
        with self._lock:
            self._faults.append(dict(fault))

    def clear_faults(self) -> None:
        """Behave again."""
        with self._lock:
            self._faults.clear()

    def fault(self, gateway: str, name: str) -> dict[str, Any] | None:
        """Return the order to misbehave this way now, if there is one, and use it up."""
        with self._lock:
            for fault in self._faults:
                if fault["fault"] == name and fault.get("gateway") in (None, gateway):
                    if fault.get("count") is not None:
                        fault["count"] -= 1
                        if fault["count"] <= 0:
                            self._faults.remove(fault)
                    return fault
        return None
