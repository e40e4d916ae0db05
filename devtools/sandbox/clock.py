"""Times of the books (seconds since 1970) as the aware times the protocols write."""

from __future__ import annotations

from datetime import datetime

from gateways.codecs.timestamps import VIETNAM


def at(seconds: float) -> datetime:
    """Return a moment of the books in Vietnamese time."""
    return datetime.fromtimestamp(seconds, VIETNAM)
