"""How a message may travel, and the secret of the worked examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from gateways.base import RawRequest

SECRET = "DEMO_SECRET_0123456789"


def as_post(body: bytes, content_type: str = "application/json", query: str = "") -> RawRequest:
    """Return a POST of `body` with only the one header (a bank may send no User-Agent)."""
    return RawRequest("POST", "/notify", query, {"Content-Type": content_type}, body)


def as_json(message: Mapping[str, Any]) -> RawRequest:
    """Return the message as a JSON body."""
    return as_post(json.dumps(message, ensure_ascii=False).encode())


def as_escaped_json(message: Mapping[str, Any]) -> RawRequest:
    """Return the message as JSON of ASCII letters only, over several lines."""
    return as_post(json.dumps(message, ensure_ascii=True, indent=1).encode())


def as_form(message: Mapping[str, Any]) -> RawRequest:
    """Return the message as the form field `data`."""
    return as_post(urlencode({"data": json.dumps(message)}).encode(), "application/x-www-form-urlencoded")


def as_form_of_array(message: Mapping[str, Any]) -> RawRequest:
    """Return the message as the one element of an array in the form field `data`."""
    body = urlencode({"extra": "1", "data": json.dumps([message], ensure_ascii=False)})
    return as_post(body.encode(), "application/x-www-form-urlencoded; charset=UTF-8")


def in_query(query: str) -> RawRequest:
    """Return a GET with `query` and no header at all."""
    return RawRequest("GET", "/notify", query, {}, b"")
