"""Parameters that lists share: paging, words, choices and days taken from the address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from payments.search import YEARS

PAGE = 50
#: Counting further costs a large list more than showing a page of it; beyond, a file is made in the background.
MOST_COUNTED = 10_000


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = PAGE) -> Page[Any]:
    """Return the page that the address asks for; the nearest one when there is no such page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def count_up_to(rows: QuerySet[Any], most: int) -> int:
    """Return how many rows there are, or `most` + 1 for any number beyond."""
    return rows.order_by().values("pk")[: most + 1].count()


def words(given: Mapping[str, str], name: str = "q") -> str:
    """Return what somebody searches for, without what PostgreSQL cannot compare."""
    return given.get(name, "").replace("\x00", "").strip()[:64]


def choice(given: Mapping[str, str], name: str, offered: Collection[str], default: str = "") -> str:
    """Return the chosen one of `offered`, or the default for anything else."""
    chosen = given.get(name, default)
    return chosen if chosen in offered else default


def day(given: Mapping[str, str], name: str) -> date | None:
    """Return the day a field of type date holds, or None for anything else."""
    try:
        date_given = date.fromisoformat(given.get(name, ""))
    except ValueError:
        return None
    return date_given if YEARS[0] <= date_given.year <= YEARS[1] else None
