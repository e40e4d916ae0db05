"""Background jobs of procedures (`core.background.jobs`)."""

from __future__ import annotations

from core.background.jobs import job

from .schedules import lifecycle


@job("fee schedules", sweeper_waits=15)
def activate_schedules() -> int:
    """Activate the fee schedules whose first day has come."""
    return lifecycle.activate_due()
