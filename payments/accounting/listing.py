"""What lists have in common: pages of rows, and words and choices taken from the address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = PAGE) -> Page[Any]:
    """Return the page that the address asks for; the nearest one when there is no such page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def words(request: HttpRequest, name: str = "q") -> str:
    """Return what somebody searches for, without what PostgreSQL cannot compare."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:64]


def choice(request: HttpRequest, name: str, offered: Collection[str], default: str = "") -> str:
    """Return the chosen one of `offered`, or the default for anything else."""
    found = request.GET.get(name, default)
    return found if found in offered else default
