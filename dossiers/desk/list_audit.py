"""Audit of lists and searches: few entries that name nobody (S-68)."""

from __future__ import annotations

from datetime import timedelta

from agencies.audit import record as audit
from core.rate_limits import Limit

from .access import DeskStaff

#: The same list of one's work is looked at all day: it is recorded once an hour. Each search is recorded.
_ONCE = Limit("list seen", 1, timedelta(hours=1))


def note(staff: DeskStaff, codes: list[str], *, view: str, is_search: bool) -> None:
    """Record what a page of the desk's list shows: codes, never what was typed."""
    if codes and (is_search or _ONCE.spend(f"{staff.user.pk}:{view}")):
        audit.record("search" if is_search else "list", f"desk:{view}", actor=staff.user, shown=codes)
