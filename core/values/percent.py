"""Shares as whole percent."""

from __future__ import annotations


def percent(part: int, whole: int) -> int:
    """Return how many percent a part is, rounded; 0 of nothing."""
    return round(100 * part / whole) if whole else 0
