"""Reading the tiers of a fee rule, as people write them: in a workbook's cell, in the form of a schedule."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

#: Below a thousand million million đồng or units.
LIMIT = 10**15


def read_tiers(written: Any) -> list[dict[str, int | None]]:
    """Return `[{"up_to": 2, "price": 2000}, {"up_to": null, "price": 1000}]` as the rule keeps it.

    Nothing at all means no tiers. Raises ValueError for what cannot be tiers: other keys or values,
    limits that do not rise, a tier after the one without a limit.
    """
    if written in (None, ""):
        return []
    if not isinstance(written, list):
        raise ValueError("tiers are a list")
    tiers = [_tier(each) for each in written]
    limits = [tier["up_to"] for tier in tiers]
    if None in limits[:-1] or not _rises(limit for limit in limits if limit is not None):
        raise ValueError("the limits must rise, the last tier alone may have none")
    return tiers


def _tier(written: Any) -> dict[str, int | None]:
    if not isinstance(written, dict) or set(written) != {"up_to", "price"}:
        raise ValueError("a tier has up_to and price")
    up_to = written["up_to"]
    return {"up_to": None if up_to is None else _whole(up_to), "price": _whole(written["price"])}


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LIMIT:
        raise ValueError("a whole number that is not negative")
    return value


def _rises(numbers: Iterable[int]) -> bool:
    return all(before < after for before, after in pairwise(numbers))
