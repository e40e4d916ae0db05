"""Encodes a page in a process of its own and copies it into the database, while the next page is told.

The process is a fork: it has the rows as they stand, however they hang together, and nothing is handed over but
lines of text. The database sees one connection only, so that all of it stays one transaction.
"""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Sequence
from io import FileIO
from threading import Thread
from typing import Any, NoReturn, TextIO

from .row import Row
from .table import Table

_BUFFER = 1 << 20


class PageSpoilt(Exception):
    """A row could not be encoded; the message is what the encoding process said."""


class Press:
    """Prints one page at a time: `print` begins, `wait` returns when it is in the database."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._fault: BaseException | None = None

    def print(self, cursor: Any, page: Sequence[tuple[Table, Sequence[Row]]]) -> None:
        """Begin to write a page by a cursor of psycopg2. The page before it must be done."""
        pipes = [os.pipe() for _table in page]
        complaint, words = os.pipe()
        # No thread of ours runs now, so that a fork is safe.
        if (child := os.fork()) == 0:
            _encode(page, pipes, words)
        for writing in (words, *(writing for _reading, writing in pipes)):
            os.close(writing)
        sources = [
            (table.copy, os.fdopen(reading, "rb", buffering=0))
            for (table, _rows), (reading, _writing) in zip(page, pipes, strict=True)
        ]
        self._thread = Thread(target=self._copy, args=(cursor, sources, os.fdopen(complaint), child))
        self._thread.start()

    def wait(self) -> None:
        """Return when nothing is being written. Raises PageSpoilt, or what PostgreSQL had against the page."""
        if self._thread:
            self._thread.join()
            self._thread = None
        if self._fault:
            fault, self._fault = self._fault, None
            raise fault

    def _copy(self, cursor: Any, sources: list[tuple[str, FileIO]], complaint: TextIO, child: int) -> None:
        try:
            for statement, lines in sources:
                with lines:
                    cursor.copy_expert(statement, lines, size=_BUFFER)
        except Exception as error:
            self._fault = error
        for _statement, lines in sources:
            lines.close()  # the child ends when nobody reads what it writes
        with complaint:
            if words := complaint.read():
                self._fault = PageSpoilt(words)
        os.waitpid(child, 0)


def _encode(page: Sequence[tuple[Table, Sequence[Row]]], pipes: Sequence[tuple[int, int]], words: int) -> NoReturn:
    """Write each table's lines into its pipe, and end this process without another word to the parent's files."""
    gc.disable()
    try:
        for reading, _writing in pipes:
            os.close(reading)
        for (table, rows), (_reading, writing) in zip(page, pipes, strict=True):
            with os.fdopen(writing, "w", encoding="utf-8", buffering=_BUFFER) as lines:
                table.write(rows, lines)
        os._exit(0)
    except BrokenPipeError:  # the database refused the page: it says so itself
        os._exit(1)
    except BaseException:
        os.write(words, traceback.format_exc().encode()[-4000:])
        os._exit(1)
