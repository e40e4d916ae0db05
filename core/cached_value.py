"""Per-process cache with a TTL; serves the stale value while the database is down."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import DatabaseError

Value = TypeVar("Value")


class CachedValue(Generic[Value]):
    """A value read again after so many seconds. While the database is away the last one known counts."""

    def __init__(self, read: Callable[[], Value], *, seconds: float, empty: Value) -> None:
        self._read, self._seconds, self._value, self._until = read, seconds, empty, 0.0

    def __call__(self) -> Value:
        """Return it; one query at most, mostly none."""
        now = time.monotonic()
        if now >= self._until:
            self._until = now + self._seconds
            try:
                self._value = self._read()
            except DatabaseError:
                return self._value
        return self._value

    def forget(self) -> None:
        """Read it anew the next time, in this process."""
        self._until = 0.0

    def put(self, value: Value, *, seconds: float) -> None:
        """Take a value as read."""
        self._value, self._until = value, time.monotonic() + seconds
