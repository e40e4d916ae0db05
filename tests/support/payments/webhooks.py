"""Webhooks as their receivers check them."""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.utils import timezone

from gateways.base import RawRequest


def is_signed(request: RawRequest, secret: str) -> bool:
    """Check as a receiver does, by the specification and not by our own code."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{request.body.decode()}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    is_fresh = abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    return is_fresh and f"v1,{expected}" in headers["webhook-signature"].split(" ")
