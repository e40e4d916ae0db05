"""Breaking a piece of work at a chosen statement, as a crash of the process or of the database would."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from django.db import OperationalError, connection

from core.database import bulk_update

from . import running


class Breaker:
    """Counts the statements of a `with` block in `seen` and, when told to, breaks the block at one of them.

    fault: "error" raises in place of statement `at`; "terminate" ends our session at the
    server first, so the statement meets a dead connection; "before_commit" does that before
    the first COMMIT, "after_commit" loses only the answer to it.
    """

    def __init__(self, at: int | None = None, fault: str = "") -> None:
        self.seen = 0
        self._at, self._fault = at, fault
        self._undo = ExitStack()

    def __enter__(self) -> Breaker:
        connection.ensure_connection()
        self._undo.enter_context(connection.execute_wrapper(self._statement))
        real_values, real_commit = bulk_update.execute_values, connection._commit  # type: ignore[attr-defined]

        def execute_values(*args: Any, **kwargs: Any) -> Any:
            # update_rows speaks to psycopg2 itself, which Django's wrapper does not see.
            self._step()
            with connection.wrap_database_errors:
                return real_values(*args, **kwargs)

        def commit() -> None:
            if self._fault == "before_commit":
                end_our_session()
            real_commit()
            if self._fault == "after_commit":
                end_our_session()
                raise OperationalError("the answer to COMMIT was lost")

        self._undo.enter_context(patch.object(bulk_update, "execute_values", execute_values))
        self._undo.enter_context(patch.object(connection, "_commit", commit))
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()
        if self._fault:
            connection.close()  # as a process does between two pieces of work

    def _statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._step()
        return execute(sql, params, many, context)

    def _step(self) -> None:
        self.seen += 1
        if self.seen != self._at:
            return
        if self._fault == "error":
            raise OperationalError("broken on purpose")
        end_our_session()


def end_our_session() -> None:
    """Let PostgreSQL end the session of Django's connection, as a restart of the server would."""
    pid = connection.connection.info.backend_pid
    with running.other_session() as session, session.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
