"""Notifications of gateways, posted as the gateways post them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


def post(message: dict[str, Any], gateway: str = "vnptpay") -> dict[str, Any]:
    """Post a notification as JSON and return the decoded answer."""
    path = f"/gateways/{gateway}/notify"
    answer = Client().post(path, json.dumps(message), content_type="application/json")
    assert answer.status_code == 200
    return json.loads(answer.content)
