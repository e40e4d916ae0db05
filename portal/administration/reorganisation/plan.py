"""A reorganisation as data, and its obstacles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from agencies.models import Agency


@dataclass(frozen=True, slots=True)
class Link:
    """One predecessor and one successor. A successor without a key is made on the day."""

    predecessor: Agency
    successor: Agency
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who becomes whom on `day`; `endings` end without a successor.

    A predecessor's first link names who takes over its unfinished work. `kept_roles` are the
    memberships (ids) that are granted anew there: all others end with their agency.
    """

    day: date
    legal_basis: str
    links: tuple[Link, ...] = ()
    endings: tuple[Agency, ...] = ()
    kept_roles: frozenset[int] = field(default_factory=frozenset)

    @property
    def ending(self) -> list[Agency]:
        """Every agency that is no more from the day on, each once."""
        return _unique([*(link.predecessor for link in self.links), *self.endings])

    @property
    def successors(self) -> list[Agency]:
        """Every agency that gets something, each once."""
        return _unique(link.successor for link in self.links)

    @property
    def heirs(self) -> dict[int, Agency]:
        """Predecessor id → who takes over its unfinished work."""
        heirs: dict[int, Agency] = {}
        for link in self.links:
            heirs.setdefault(link.predecessor.pk, link.successor)
        return heirs


def _unique(agencies: Iterable[Agency]) -> list[Agency]:
    # New ones have no key yet: they are the same only as objects.
    return list({agency.pk or -id(agency): agency for agency in agencies}.values())
