"""One file of the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

#: Reference, amount, time as `dd/mm/yyyy HH:MM:SS`, code.
Expected = tuple[str, int, str, str]


@dataclass(frozen=True, slots=True)
class File:
    """A file, and what reading it must give: `rows`, or a refusal that says `refused` (a regular expression).

    `account` is the receiving account of its rows; where it is None the file is not about that.
    """

    name: str
    content: bytes
    rows: tuple[Expected, ...] = ()
    refused: str = ""
    column_map: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None


def written(moment: datetime | None) -> str:
    """Return a time as the corpus writes it, in Vietnam."""
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M:%S}"
