"""HTTP client of all adapters. Every failure says whether the request may have been carried out.

TLS is always verified and redirects are never followed. Each call opens its own connection:
a kept one that the other side has just closed would turn a healthy gateway into "unknown".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from .base import GatewayRefused, GatewayUnavailable, Malformed, OutcomeUnknown
from .parsing import read_object, write_json

#: No answer of a gateway comes near.
MAX_ANSWER_BYTES = 1024 * 1024
_CHUNK = 16 * 1024
#: "No, and the reason is in the body": not those that speak of our key or of coming again.
_REFUSALS = frozenset(range(400, 500)) - {401, 403, 429}
_NEVER_CONNECTED = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.SSLError,
    requests.exceptions.ProxyError,
)


@dataclass(frozen=True, slots=True)
class Link:
    """How to reach a gateway: time-outs in seconds, the CA bundle to trust (True: the system's), a proxy."""

    connect_seconds: float = 3.0
    read_seconds: float = 10.0
    ca_bundle: str | bool = True
    proxy: str = ""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Link:
        """Read `connect_seconds`, `read_seconds`, `ca_bundle` and `proxy`, each with its default."""
        return cls(
            connect_seconds=float(settings.get("connect_seconds", 3.0)),
            read_seconds=float(settings.get("read_seconds", 10.0)),
            # Never False: a test bank brings its own CA instead (T-15).
            ca_bundle=str(settings["ca_bundle"]) if settings.get("ca_bundle") else True,
            proxy=str(settings.get("proxy", "")),
        )

    def post(
        self, url: str, message: Mapping[str, Any], headers: Mapping[str, str], *, reads_refusals: bool = False
    ) -> dict[str, Any]:
        """Send `message` as JSON and return the JSON object answered.

        `reads_refusals`: the gateway says no with HTTP 4xx and its reason in the body (MoMo).

        Raises GatewayUnavailable when the request was surely not carried out (no connection,
        no trust, turned away at the door), GatewayRefused when our own credentials are
        refused, OutcomeUnknown for everything else that is not a readable answer.
        """
        deadline = time.monotonic() + self.connect_seconds + self.read_seconds
        with requests.Session() as session:
            # The environment may not change who we are (.netrc replaces Authorization) or whom we trust.
            session.trust_env = False
            session.proxies = {"http": self.proxy, "https": self.proxy} if self.proxy else {}
            try:
                response = session.post(
                    url,
                    data=write_json(message),
                    headers={"Content-Type": "application/json; charset=utf-8", **headers},
                    timeout=(self.connect_seconds, self.read_seconds),
                    verify=self.ca_bundle,
                    allow_redirects=False,
                    stream=True,
                )
                body = _read(response, deadline)
            except (requests.RequestException, HTTPError) as error:
                if _is_surely_unsent(error):
                    raise GatewayUnavailable(type(error).__name__) from error
                raise OutcomeUnknown(type(error).__name__) from error
        if reads_refusals and response.status_code in _REFUSALS:
            return _readable(body)
        return _object(response, body)


def page_address(url: str, answered_at: str) -> str:
    """Return `url` if a browser may be sent there: https, or the scheme of `answered_at`, where the bank answered.

    Raises OutcomeUnknown.
    """
    address = urlsplit(url)
    if address.scheme not in {"https", urlsplit(answered_at).scheme} or not address.hostname:
        raise OutcomeUnknown("the answer names no page to send the payer to")
    return url


def _read(response: requests.Response, deadline: float) -> bytes:
    """Return the body. A server that drips bytes does not hold us longer than one that is silent."""
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
            raise OutcomeUnknown("the answer is too long or too slow")
    return bytes(body)


def _is_surely_unsent(error: Exception) -> bool:
    if isinstance(error, _NEVER_CONNECTED):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


def _object(response: requests.Response, body: bytes) -> dict[str, Any]:
    status = response.status_code
    if status in (401, 403):
        raise GatewayRefused(f"http-{status}", is_configuration_fault=True)
    if status == 429 or (status == 503 and "Retry-After" in response.headers):
        # "Not now, come again": the front door says itself that nothing was taken in.
        raise GatewayUnavailable(f"http-{status}")
    if status != 200:
        raise OutcomeUnknown(f"http-{status}")
    return _readable(body)


def _readable(body: bytes) -> dict[str, Any]:
    try:
        return read_object(body)
    except Malformed as error:
        raise OutcomeUnknown("the answer cannot be read") from error
