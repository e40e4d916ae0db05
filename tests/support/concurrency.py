"""Threads that begin together, and what takes their locks away for a control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection


def at_once(times: int, work: Callable[[int], Any]) -> list[Any]:
    """Run the same work in threads that begin together; return results or exceptions."""
    barrier = threading.Barrier(times)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


def without_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take FOR UPDATE out, for controls."""
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_: self)


def in_a_thread(threads: ThreadPoolExecutor, job: Callable[[], Any]) -> Future[Any]:
    """Begin a job beside the test, with a connection of its own."""

    def run() -> Any:
        try:
            return job()
        finally:
            connection.close()

    return threads.submit(run)
