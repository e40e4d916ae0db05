"""Addresses that a protocol prescribes, beside `/gateways/<slug>/notify` and `/return` of every gateway."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

#: One or more plain path segments; the slash at the end is optional in every address.
_PATH = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")


class Purpose(StrEnum):
    """What a bank sends to an address."""

    NOTIFY = "notify"
    INQUIRE = "inquire"


@dataclass(frozen=True, slots=True)
class Address:
    """A path of the portal, without the slashes around it, and what is sent there. Raises ValueError."""

    path: str
    purpose: Purpose

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ValueError(f"{self.path!r} is not a path such as 'vpg/collection/notify-bill'")
        Purpose(self.purpose)

    @property
    def pattern(self) -> str:
        """Return the regular expression of the whole path as Django matches it, with or without a slash at the end."""
        return rf"^{re.escape(self.path)}/?$"
