"""Kinds of area (ward, commune) that fee rules distinguish."""

from __future__ import annotations

from core.values.text import fold


def area_of(agency_name: str) -> str:
    """Return "ward" for a phường or thị trấn, "commune" for a xã, "" when the name does not say.

    Whether a commune counts as difficult is not in a name: the form asks.
    """
    words = fold(agency_name)
    for area, beginnings in (("ward", ("phuong ", "thi tran ")), ("commune", ("xa ",))):
        if words.startswith(beginnings):
            return area
    return ""
