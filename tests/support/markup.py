"""Markup as a test compares it: templates are laid out for those who read them."""

from __future__ import annotations

import re


def tight(page: str) -> str:
    """Return a page with no white space beside tags and single spaces elsewhere."""
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", page))
