"""Tiers of a fee rule as people write them, in a workbook's cell and in the form of a schedule.

One after the other, "đến 2: 2.000; còn lại: 1.000", on lines or with semicolons between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from core.values import money
from core.values.text import fold

#: Below a thousand million million đồng or units.
LIMIT = 10**15


_LIMITED = re.compile(r"(?:den|toi|up to) ([\d.,]+)(?: [a-z]+)*")
_ABOVE = re.compile(r"(?:tren|above) ([\d.,]+)(?: [a-z]+)*")
_REST = frozenset({"con lai", "phan con lai", "rest"})


def write_tiers(tiers: Sequence[dict[str, int | None]]) -> str:
    """Return tiers as `read_tiers` reads them."""
    limits = ("còn lại" if tier["up_to"] is None else f"đến {tier['up_to']}" for tier in tiers)
    return "; ".join(f"{limit}: {money.grouped(tier['price'] or 0)}" for limit, tier in zip(limits, tiers, strict=True))


def read_tiers(written: Any) -> list[dict[str, int | None]]:
    """Return `[{"up_to": 2, "price": 2000}, {"up_to": None, "price": 1000}]` as the rule keeps it, also from JSON.

    Nothing at all means no tiers. Raises ValueError for what cannot be tiers: other keys or values,
    limits that do not rise, a tier after the one without a limit.
    """
    if isinstance(written, str):
        written = _of_text(written.strip())
    if written in (None, ""):
        return []
    if not isinstance(written, list):
        raise ValueError("tiers are a list")
    tiers = [_tier(each) for each in written]
    limits = [tier["up_to"] for tier in tiers]
    if None in limits[:-1] or not _rises(limit for limit in limits if limit is not None):
        raise ValueError("the limits must rise, the last tier alone may have none")
    return tiers


def _of_text(text: str) -> Any:
    if text.startswith("["):
        try:
            return json.loads(text)
        except RecursionError as error:
            raise ValueError("too deep") from error
    tiers: list[dict[str, int | None]] = []
    for part in filter(str.strip, re.split(r"[;\n]", text)):
        limit, _colon, price = part.partition(":")
        amount = money.read(price)
        if amount is None:
            raise ValueError("a tier ends with its price")
        tiers.append({"up_to": _limit(fold(limit), tiers), "price": amount})
    return tiers


def _limit(words: str, before: Sequence[dict[str, int | None]]) -> int | None:
    """Return up to where a tier goes; None for the last. Raises ValueError."""
    if words in _REST:
        return None
    if match := _LIMITED.fullmatch(words):
        return money.read(match[1]) or _no_limit(words)
    if (match := _ABOVE.fullmatch(words)) and before and before[-1]["up_to"] == money.read(match[1]):
        return None
    return _no_limit(words)


def _no_limit(words: str) -> int:
    raise ValueError(f"no limit: {words}")


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
