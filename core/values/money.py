"""Amounts of whole đồng: read as people type them, written as people read them."""

from __future__ import annotations

import re

from .language import is_english

_GROUPED = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
_SHORT = re.compile(r"(\d{1,7})(?:[.,](\d))? ?(k|nghìn|ngàn|tr|triệu)", re.IGNORECASE)
_TIMES = {"k": 1_000, "nghìn": 1_000, "ngàn": 1_000, "tr": 1_000_000, "triệu": 1_000_000}
_UNIT = re.compile(r"(?<! ) *(?:đồng|đ|vnđ|vnd)\.?$", re.IGNORECASE)
#: No amount has more digits (`payments.bills.create.MAX_AMOUNT`), and PostgreSQL's bigint no more room.
MOST_DIGITS = 15


def read(text: str) -> int | None:
    """Return the amount a text is, or None: `150000`, `150.000`, `150 000 đ`, `150k`, `1,5 triệu`."""
    text = _UNIT.sub("", text.replace("\u00a0", " ").strip())
    if match := _SHORT.fullmatch(text):
        whole, tenth, unit = match.groups()
        times = _TIMES[unit.lower()]
        return int(whole) * times + int(tenth or 0) * times // 10
    digits = re.sub(r"[., ]", "", text) if _GROUPED.fullmatch(text) else text
    is_amount = digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS
    return int(digits) if is_amount else None


def grouped(amount: int, *, sign: bool = False) -> str:
    """Return an amount as Vietnamese group it: 150000 → "150.000"; with `sign`, "+150.000"."""
    return f"{amount:{'+' if sign else ''},}".replace(",", ".")


def dong(amount: int, *, sign: bool = False) -> str:
    """Return an amount for what is kept or printed, Vietnamese whoever reads it: "150.000 đ".

    A no-break space, so that it never wraps.
    """
    return f"{grouped(amount, sign=sign)}\u00a0đ"


def dong_for_reader(amount: int, *, sign: bool = False) -> str:
    """Return an amount for a page in the reader's language: "150.000 đ", in English "150,000 VND"."""
    return f"{amount:{'+' if sign else ''},}\u00a0VND" if is_english() else dong(amount, sign=sign)
