"""What a careless or hostile sender puts into a request, and which names a view reads of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
BOUNDARY = "b0undary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
#: Deeper than any parser of ours may follow.
DEEP = b"[" * 100_000 + b"]" * 100_000
DEEP_OBJECT = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
#: More than the portal takes anywhere but in a file (DATA_UPLOAD_MAX_MEMORY_SIZE is 1 MiB).
OVERSIZED = b"a=" + b"x" * 1_200_000
#: What a field may be sent. None of them holds a NUL: that is refused before a view is asked.
VALUES = (
    "9" * 5000,
    "9999-12-31",
    "-" + "9" * 25,
    "²",
    "\u202e9\ufffe\u2066",
    "0001-01-01",
    "NaN",
    "cD1hYmM=",  # the cursor p=abc: of another list
)
#: What an argument of an address may be; a slash would make another address of it.
ARGUMENTS = ("9" * 5000, "9" * 19, "9999-12-31", "0001-01-01", "\u202e9\ufffe", "\0", "%00")


@dataclass(frozen=True, slots=True)
class Probe:
    """One request to an address: `path` may be changed, the body is sent as it stands."""

    name: str
    method: str = "GET"
    suffix: str = ""
    body: bytes = b""
    content_type: str = FORM
    extra: Mapping[str, Any] = field(default_factory=dict)


#: Refused before any view is asked, whoever sends it.
EARLY = (
    Probe("NUL in the query", suffix="?reference=%00&q=a%00b"),
    Probe("NUL in the name of a parameter", suffix="?a%00=1"),
    Probe("NUL in a cookie", extra={"HTTP_COOKIE": r'sessionid="\000"; csrftoken="\000"'}),
    Probe("a charset that hides half a letter", method="POST", body=b"a=+2AA-", content_type=f"{FORM}; charset=utf-7"),
    Probe("NUL in a form", method="POST", body=b"a=%00&csrfmiddlewaretoken=%00"),
    Probe(
        "NUL in a multipart form",
        method="POST",
        body=f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n\x00\r\n--{BOUNDARY}--\r\n'.encode(),
        content_type=MULTIPART,
    ),
    Probe("100,000 brackets in a form", method="POST", body=b"a=" + b"[" * 100_000),
    Probe("oversized form", method="POST", body=OVERSIZED),
    Probe("too many fields", method="POST", body=b"&".join(b"a%d=1" % number for number in range(300))),
    Probe("a multipart form without a boundary", method="POST", body=b"--x", content_type="multipart/form-data"),
)
#: Harmless, and yet to be answered.
READ = (
    Probe("invalid UTF-8 in the query", suffix="?q=%ff%fe&reference=%c0%80"),
    Probe("100,000 arrays deep", method="POST", body=DEEP, content_type=JSON),
    Probe("HEAD", method="HEAD"),
)
#: Seen by the view: sent by somebody it lets in.
SEEN = (
    Probe("a multipart form cut off", method="POST", body=f"--{BOUNDARY}\r\nContent".encode(), content_type=MULTIPART),
)
#: Where JSON is read: the API, the gateways, the reports of browsers.
BODIES = (
    Probe("NUL in JSON", method="POST", body=rb'{"reference": "\u0000", "gateway": "\u0000"}', content_type=JSON),
    Probe("half a letter in JSON", method="POST", body=rb'{"reference": "\ud800"}', content_type=JSON),
    Probe("invalid UTF-8 in JSON", method="POST", body=b'{"a": "\xff"}', content_type=JSON),
    Probe("100,000 objects deep", method="POST", body=DEEP_OBJECT, content_type=JSON),
    Probe(
        "as deep as a parser bears",
        method="POST",
        body=b'{"reference": ' + b"[" * 900 + b"]" * 900 + b"}",
        content_type=JSON,
    ),
    Probe("an endless number in JSON", method="POST", body=b'{"amount": ' + b"9" * 5000 + b"}", content_type=JSON),
    Probe("an infinite number in JSON", method="POST", body=b'{"amount": 1e999}', content_type=JSON),
    Probe("not an object", method="POST", body=b'["a", 1, null]', content_type=JSON),
    Probe("oversized JSON", method="POST", body=b'"' + OVERSIZED + b'"', content_type=JSON),
    Probe("a length that is no number", method="POST", extra={"CONTENT_LENGTH": "many"}),
    Probe("a length below nothing", method="POST", extra={"CONTENT_LENGTH": "-1"}),
)
METHODS = tuple(
    Probe(f"method {method}", method=method) for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")
)


class Read:
    """The names that views asked requests for, while `recorded` is on."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def take(self) -> set[str]:
        """Return the names read since the last call."""
        names, self.names = self.names, set()
        return {name for name in names if name}  # REST framework reads None where no parameter names the format


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Note each name that is read of the query or the form of a request."""
    read = Read()

    class Recording(QueryDict):
        def __getitem__(self, key: Any) -> Any:
            read.names.add(key)
            return super().__getitem__(key)

        def getlist(self, key: Any, default: Any = None) -> Any:
            read.names.add(key)
            return super().getlist(key, default)

        def __contains__(self, key: object) -> bool:
            read.names.add(str(key))
            return super().__contains__(key)

    def wrapped(given: QueryDict) -> QueryDict:
        recording = Recording(mutable=True)
        for name, values in given.lists():
            recording.setlist(name, values)
        recording._mutable = False
        return recording

    get_post, set_post = WSGIRequest._get_post, WSGIRequest._set_post  # type: ignore[attr-defined]
    get_query = WSGIRequest.GET.func  # type: ignore[attr-defined]
    monkeypatch.setattr(WSGIRequest.GET, "func", lambda request: wrapped(get_query(request)))
    monkeypatch.setattr(WSGIRequest, "POST", property(lambda request: wrapped(get_post(request)), set_post))
    yield read


def filled(names: set[str], value: str) -> str:
    """Return a form in which every name has the value."""
    return urlencode(dict.fromkeys(sorted(names), value), quote_via=quote, errors="surrogatepass")
