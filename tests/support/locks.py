"""Which rows a piece of work locks, in which order."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

_LOCKED = re.compile(r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE')


@contextlib.contextmanager
def locked_tables() -> Iterator[list[str]]:
    """Note the tables whose rows Django locks meanwhile, in order."""
    tables: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield tables
    tables += [match[1] for query in queries if (match := _LOCKED.search(query["sql"]))]
