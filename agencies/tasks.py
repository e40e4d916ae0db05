"""Background jobs of agencies (`core.background.jobs`)."""

from __future__ import annotations

from core.background.jobs import job

from .audit import chain


@job("audit", sweeper_waits=5)
def link_audit() -> int:
    """Link new audit entries into the signed chain."""
    return chain.link_due()
