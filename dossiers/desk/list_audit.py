"""Audit of what somebody looks at: few entries of lists and searches, which name nobody (S-68), one of a dossier."""

from __future__ import annotations

from datetime import timedelta

from agencies.audit import record as audit
from core.rate_limits import Limit
from dossiers.models import Dossier

from .access import DeskStaff

#: The same list of one's work is looked at all day: it is recorded once an hour. Each search is recorded.
_ONCE = Limit("list seen", 1, timedelta(hours=1))
#: A page that is loaded again is no second look.
_LOOK = Limit("dossier seen", 1, timedelta(minutes=15))


def note_view(staff: DeskStaff, dossier: Dossier) -> None:
    """Record that somebody opened a dossier: once in a quarter of an hour each."""
    if _LOOK.spend(f"{staff.user.pk}:{dossier.pk}"):
        audit.record("view", f"dossier:{dossier.code}", actor=staff.user, agency=dossier.agency)


def note(staff: DeskStaff, codes: list[str], *, view: str, is_search: bool) -> None:
    """Record what a page of the desk's list shows: codes, never what was typed."""
    if codes and (is_search or _ONCE.spend(f"{staff.user.pk}:{view}")):
        audit.record("search" if is_search else "list", f"desk:{view}", actor=staff.user, shown=codes)
