"""What every template may know of the site itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Add `site`: its name, whether it is a sandbox and where live events come from."""
    return {
        "site": {
            "name": "Một Cửa Pay",
            "is_sandbox": settings.IS_SANDBOX,
            "live_url": settings.LIVE_URL,
        }
    }
