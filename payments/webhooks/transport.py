"""One POST to a client's endpoint: pinned to the checked address, no redirect, five seconds in all."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from http.client import HTTPConnection, HTTPException

from payments.errors import AddressRefused

from .addresses import Target, parse, resolve

TIMEOUT_SECONDS = 5.0
#: No receiver puts us off for longer, whatever it says.
MOST_REST_SECONDS = 3600


class Failure(StrEnum):
    """Why a receiver gave no answer; clients are told the word."""

    TIME_OUT = "time-out"
    ADDRESS = "address-refused"
    NAME = "unknown-name"
    TLS = "tls"
    CONNECTION = "connection"
    ANSWER = "unreadable-answer"


def _failure(error: Exception) -> str:
    """Return the word for an error, and what it says for who reads the log of the installation."""
    kinds: tuple[tuple[type[Exception], Failure], ...] = (
        (AddressRefused, Failure.ADDRESS),
        (socket.gaierror, Failure.NAME),
        (TimeoutError, Failure.TIME_OUT),
        (ssl.SSLError, Failure.TLS),
        (OSError, Failure.CONNECTION),
    )
    word = next((failure for kind, failure in kinds if isinstance(error, kind)), Failure.ANSWER)
    return f"{word}: {type(error).__name__} {error}"[:255]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a POST: the status, or None and why there was none."""

    status: int | None
    error: str = ""
    #: How long it asks to be left alone.
    retry_after: timedelta | None = None

    @property
    def is_accepted(self) -> bool:
        """The receiver has it: 2xx and nothing else (a redirect is not followed)."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The receiver wants nothing any more (410, Standard Webhooks)."""
        return self.status == 410

    @property
    def asks_for_rest(self) -> bool:
        """The receiver says itself that it wants to be left alone for a while."""
        return self.status == 429 or self.retry_after is not None

    @property
    def is_unwell(self) -> bool:
        """No use sending it more just now."""
        return self.status is None or self.status == 429 or self.status >= 500


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Send `body`. Never raises for the receiver's sake."""
    try:
        target = parse(url)
        connection = _Pinned(target, resolve(target))
    except (AddressRefused, OSError, ValueError) as error:
        return Reply(None, _failure(error))
    # A receiver that drips one byte at a time never meets the socket's own time-out.
    cutter = threading.Timer(TIMEOUT_SECONDS, connection.cut)
    cutter.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        # Headers that were cut off look like headers that have ended.
        if connection.is_cut:
            return Reply(None, Failure.TIME_OUT)
        return Reply(response.status, retry_after=_pause(response.status, response.headers.get("Retry-After", "")))
    except (OSError, HTTPException, ValueError) as error:
        return Reply(None, Failure.TIME_OUT if connection.is_cut else _failure(error))
    finally:
        cutter.cancel()
        connection.close()


def _pause(status: int, retry_after: str) -> timedelta | None:
    """Return what Retry-After asks for, within reason; a date is read as no more than the usual rest."""
    if status not in (429, 503) or not retry_after.isascii() or not retry_after.isdigit():
        return None
    return timedelta(seconds=min(int(retry_after[:6]), MOST_REST_SECONDS))


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Whom we believe: the system's certificates, or those of SSL_CERT_FILE. Always verified."""
    return ssl.create_default_context()


class _Pinned(HTTPConnection):
    """A connection to one IP address that speaks, and checks the certificate, of the host by name."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS)
        self.default_port = 443 if target.is_secure else 80
        self._target = target
        self._address = address
        self._raw: socket.socket | None = None
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the address that was checked, whatever the name means by now."""
        self._raw = socket.create_connection((self._address, self._target.port), TIMEOUT_SECONDS)
        self.sock = self._raw
        if self._target.is_secure:
            self.sock = _trust().wrap_socket(self._raw, server_hostname=self._target.host)

    def cut(self) -> None:
        """End it from another thread, whatever it is waiting for."""
        self.is_cut = True
        for end in (self.sock, self._raw):
            if end is not None:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(end, socket.SHUT_RDWR)
