"""Calling a gateway: one place that knows which failures leave the outcome unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from .base import GatewayUnavailable, Malformed, OutcomeUnknown
from .codecs import read_object

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
MAX_ANSWER = 256 * 1024


def post_json(
    url: str, message: Mapping[str, Any], *, headers: Mapping[str, str], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Send JSON and return the answered object, order and number text kept.

    Raises GatewayUnavailable when the request cannot have arrived (no connection, name or
    TLS failure), OutcomeUnknown when it may have (time-out, 5xx, a page instead of JSON).
    Never follows a redirect; TLS is always verified (`ca_bundle` adds a sandbox's CA).
    """
    try:
        response = requests.post(
            url,
            json=dict(message),
            headers={"Accept": "application/json", **headers},
            timeout=(CONNECT_SECONDS, float(settings.get("read_seconds", READ_SECONDS))),
            verify=settings.get("ca_bundle") or True,
            allow_redirects=False,
        )
    except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
        raise GatewayUnavailable(str(error)) from error
    except requests.ConnectionError as error:
        if _never_connected(error):
            raise GatewayUnavailable(str(error)) from error
        raise OutcomeUnknown(str(error)) from error
    except requests.RequestException as error:
        raise OutcomeUnknown(str(error)) from error
    if response.status_code in (429, 503):
        raise GatewayUnavailable(f"HTTP {response.status_code}")
    if response.status_code != 200 or len(response.content) > MAX_ANSWER:
        raise OutcomeUnknown(f"HTTP {response.status_code}")
    try:
        return read_object(response.content)
    except Malformed as error:
        raise OutcomeUnknown(f"not JSON: {error}") from error


def _never_connected(error: requests.ConnectionError) -> bool:
    """Tell a refused connection from one that broke after the request may have been read."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")
