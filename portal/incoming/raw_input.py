"""What must be put right before Django makes a request of it: bodies in chunks, charsets that are none.

A body without a length (`Transfer-Encoding: chunked`) Django reads as empty (benoitc/gunicorn#2947). In
production nginx buffers it and passes a length on; where it does not, and for a bank whose client sends
chunks, the body is read here, up to a limit. And Django fails on a charset Python knows as a codec of
something else than text (`charset=rot13`) before any middleware is asked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
#: More than any message or form without files; a browser sends files with their length.
MOST_BYTES = 1024 * 1024
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)"?', re.IGNORECASE)
_REFUSAL = "motcua.refusal"


class RawInputMiddleware:
    """WSGI middleware. What it cannot put right it makes harmless and marks (`refusal_of`)."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Give a chunked body its length and take away a charset that is none."""
        if environ.get("HTTP_TRANSFER_ENCODING"):
            body = _read(environ["wsgi.input"])
            if len(body) > MOST_BYTES:
                environ[_REFUSAL] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        content_type = environ.get("CONTENT_TYPE", "")
        named = _CHARSET.search(content_type)
        if named and not _is_text(named[1]):
            environ["CONTENT_TYPE"] = _CHARSET.sub("", content_type)
            environ[_REFUSAL] = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return self.application(environ, start_response)


def _read(stream: Any) -> bytes:
    """Return a body, a byte more than the limit of a longer one, nothing of one that breaks off or is no chunks."""
    try:
        body: bytes = stream.read(MOST_BYTES + 1)
    except OSError:
        return b""
    return body


def _is_text(charset: str) -> bool:
    try:
        b"a".decode(charset)  # of nothing Python looks up no codec
    except LookupError:
        return False
    except UnicodeError:
        pass  # a charset whose letters have more bytes
    return True


def refusal_of(environ: Mapping[str, Any]) -> HTTPStatus | None:
    """Return the status with which to refuse a request that could not be put right."""
    return environ.get(_REFUSAL)
