"""Bills that journeys pay."""

from __future__ import annotations

import json
import secrets
import urllib.request
from typing import Any


def bill(demo: dict[str, Any]) -> str:
    """Make a bill by the API and return the path of its pay page."""
    body = {
        "reference": f"LOOK-{secrets.token_hex(4)}",
        "agency": demo["api_agency"],
        "payer_name": "Nguyễn Thị Bình",
        "description": "Chứng thực bản sao",
        "lines": [{"code": "P", "kind": "phi", "description": "Phí chứng thực", "amount": 8000}],
    }
    headers = {
        "Authorization": f"Bearer {demo['api_key']}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(16),
    }
    request = urllib.request.Request(f"{demo['base_url']}/api/v1/bills", json.dumps(body).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return str(json.load(answer)["pay_url"]).removeprefix(demo["base_url"])
