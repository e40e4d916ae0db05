"""A list: rows selected by an address, and columns with a meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy

from core.database.encryption import seal, unseal
from core.database.pieces import in_pieces
from payments import search
from payments.accounting.access import AccountingStaff
from payments.exports.params import words

Cell = str | int | date | datetime | None
Chosen = dict[str, Any]
#: The parameter of the search box; what names a person stands behind this sign, sealed.
SEARCH, SEALED, _PURPOSE = "q", "~", "accountants' search"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file. The order is part of the contract: new ones are added at the end."""

    heading: Promise | str
    meaning: Promise | str
    of: Callable[[Any], Cell]


@dataclass(frozen=True)
class Listing:
    """One list. `choose` makes a filter of an address, `rows` the rows of a filter that somebody may see.

    `keys` are the parameters that are the filter; others (a page) belong to no file and no saved filter.
    `related` are loaded with the rows of a file.
    """

    slug: str
    name: Promise | str
    page: str
    keys: tuple[str, ...]
    choose: Callable[[AccountingStaff, Mapping[str, str]], Chosen]
    rows: Callable[[AccountingStaff, Chosen], QuerySet[Any, Any]]
    columns: tuple[Column, ...]
    related: tuple[str, ...] = ()
    prefetched: tuple[str | Prefetch, ...] = ()  # type: ignore[type-arg]

    def query(self, given: Mapping[str, str]) -> str:
        """Return the filter of an address as it is kept: known parameters that say something, in one order."""
        kept = {key: given[key].replace("\x00", "")[:64] for key in self.keys if given.get(key) and key != SEARCH}
        if SEARCH in self.keys and (text := searched(given)):
            # A link from an address that is sealed already stays the same link.
            was_sealed = given[SEARCH].startswith(SEALED)
            kept = {SEARCH: given[SEARCH] if was_sealed else sealed(text), **kept}
        return urlencode(kept)

    def lines(self, staff: AccountingStaff, chosen: Chosen) -> Iterator[list[Cell]]:
        """Yield the cells of every row, newest first, with memory for some of them."""
        for row in self._pieces(self.rows(staff, chosen)):
            yield [column.of(row) for column in self.columns]

    def _pieces(self, rows: QuerySet[Any, Any]) -> Iterator[Any]:
        if rows.query.values_select:  # grouped: there are few
            yield from rows
            return
        yield from in_pieces(rows.select_related(*self.related).prefetch_related(*self.prefetched))


def searched(given: Mapping[str, str]) -> str:
    """Return what somebody searches for, also where the address has it sealed."""
    text = given.get(SEARCH, "")
    return unseal(_PURPOSE, text.removeprefix(SEALED)) if text.startswith(SEALED) else words(given)


def sealed(text: str) -> str:
    """Return a search as an address may have it: what names a person is not to be read in it."""
    return SEALED + seal(_PURPOSE, text) if search.is_personal(text) else text


def zoned(name: Promise | str) -> Promise | str:
    """Return the heading of a column of moments: which clock they are read from stands in every file."""
    return format_lazy("{} (UTC+7)", name)
