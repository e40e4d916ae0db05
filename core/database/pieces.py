"""Reading every row of a long list with memory for some of them.

By key and not by a cursor of the database, which a pool of connections cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

#: How many rows are in memory.
PIECE = 2000


def in_pieces(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """Yield all rows, newest first; what is added meanwhile stays out."""
    rows = rows.order_by("-pk")
    last: int | None = None
    while piece := list(islice(rows.filter(pk__lt=last) if last else rows, PIECE)):
        yield from piece
        last = piece[-1].pk
