"""The language a page is read in: Vietnamese, or English for who chose it."""

from __future__ import annotations

from django.utils.translation import get_language


def is_english() -> bool:
    """Tell whether the reader chose English; outside a request nobody did."""
    return (get_language() or "vi").startswith("en")
