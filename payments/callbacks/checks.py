"""System check (`manage.py check`): gateways that could not be loaded."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from gateways import registry


@register
def broken_gateways(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Return a warning for each gateway that is left out; an error would stop the others, too."""
    return [
        Warning(
            f"Gateway {fault.name} ({fault.target}) is left out: {fault.reason}",
            hint="It is not offered, and its notifications are answered 503 until its package is mended.",
            id="payments.W001",
        )
        for fault in registry.broken()
    ]
