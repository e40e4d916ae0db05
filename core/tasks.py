"""Background jobs of core (`core.jobs`)."""

from __future__ import annotations

from . import rate_limits
from .jobs import job


@job("what was tried")
def forget_counts() -> int:
    """Delete counters of tries that no longer count."""
    return rate_limits.forget_old()
