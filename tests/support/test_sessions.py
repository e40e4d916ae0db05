"""The test database is given back when nobody uses it any more, and who stays is named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from . import sessions

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def thread_with_a_session(closes_after: float | None) -> Iterator[None]:
    """A thread that has asked the database and closes its connection after so many seconds, or at the end."""
    has_asked, may_end = threading.Event(), threading.Event()

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'a thread that keeps its connection'")
        has_asked.set()
        may_end.wait(closes_after)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    has_asked.wait(10)
    try:
        yield
    finally:
        may_end.set()
        thread.join()


def test_a_session_that_ends_by_itself_is_waited_for() -> None:
    with thread_with_a_session(closes_after=0.3):
        assert any("a thread that keeps its connection" in session for session in sessions.others())
        sessions.wait_until_alone()
        assert sessions.others() == []


def test_a_session_that_stays_is_named() -> None:
    with (
        thread_with_a_session(closes_after=None),
        pytest.raises(AssertionError, match="a thread that keeps its connection"),
    ):
        sessions.wait_until_alone(seconds=0.3)
