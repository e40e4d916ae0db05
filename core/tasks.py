"""Background jobs of core (`core.background.jobs`)."""

from __future__ import annotations

from core.background.jobs import job

from . import rate_limits


@job("what was tried", sweeper_waits=30)
def forget_counts() -> int:
    """Delete counters of tries that no longer count."""
    return rate_limits.forget_old()
