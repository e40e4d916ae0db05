"""Requests to the bills API, and the bills they create."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from agencies.models import Agency


def send(key: str, path: str, body: Any = None, idempotency: str = "") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}"}
    if idempotency:
        headers["Idempotency-Key"] = idempotency
    client = Client(headers=headers)
    answer = client.get(path) if body is None else client.post(path, json.dumps(body), content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def new_bill(of: Agency, **changes: Any) -> dict[str, Any]:
    line = {"code": "A", "kind": "phi", "description": "Phí", "amount": 50_000}
    base = {"reference": "X1", "agency": of.code, "payer_name": "Nguyễn A", "description": "d", "lines": [line]}
    return {**base, **changes}
