"""Bad input net: whatever is sent to any address of the URLconf, by anybody, is never a 5xx.

Every 4xx under /api/ is a problem document; a gateway's address answers in the gateway's own words.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import socket
import traceback
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from payments.api.clients import create_client
from payments.callbacks import inbox
from payments.models import RejectedNotification
from tests.support import factories, running
from tests.support.matrix import addresses, table, unrendered
from tests.support.notifications import confirm
from tests.support.world import Actor, World

from .hostile import ARGUMENTS, BODIES, DEEP, EARLY, JSON, METHODS, READ, SEEN, VALUES, Probe, Read, filled, recorded

#: `NETS=all` sends every value to every field: minutes instead of seconds.
EVERYTHING = os.environ.get("NETS") == "all"
#: Who opens what: the first of these whom the matrix lets in. The API is asked with a key.
VISITORS = ("citizen", "reception_officer", "accountant", "signer", "province_admin")


class Net:
    """Sends requests, undoes what they did and remembers what was wrong with the answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults: list[str] = []
        self.raised: list[str] = []
        rows = {row["url"]: row for row in table() if row["method"] == "GET"}
        self.rows = {name: (pattern, rows[name]) for name, pattern in addresses(get_resolver())}

    def places(self) -> Iterator[tuple[str, Actor]]:
        """Yield every address with its visitor."""
        for name, (pattern, row) in self.rows.items():
            path = self.world.paths.get(name) or reverse(
                name, kwargs=self.world.objects[row["object"]] | dict(pattern.default_args)
            )
            yield path, self.visitor(name, row)

    def wrong_places(self) -> Iterator[tuple[str, Actor]]:
        """Yield every address with each of `ARGUMENTS` for each of its arguments, as far as it takes them."""
        for name, (pattern, row) in self.rows.items():
            given = self.world.objects[row["object"]] if name not in self.world.paths else {}
            defaults = dict(pattern.default_args)
            for argument in set(given) - set(defaults):
                for value in ARGUMENTS:
                    with suppress(NoReverseMatch, ValueError):
                        yield reverse(name, kwargs={**given, **defaults, argument: value}), self.visitor(name, row)

    def visitor(self, name: str, row: dict[str, str]) -> Actor:
        """Return somebody an address lets in."""
        who = next((who for who in VISITORS if row[who].startswith("yes")), "anonymous")
        return self.world.actors["api" if name.startswith("api-") else who, True]

    def send(self, actor: Actor, path: str, probe: Probe) -> Any:
        """Send one request, undo it, and judge the answer."""
        self.raised.clear()
        cookies = copy.deepcopy(actor.client.cookies)
        actor.client.raise_request_exception = False
        undone = transaction.atomic()
        undone._from_testcase = True  # type: ignore[attr-defined]  # the views' own transactions are still their first
        with undone:
            answer: Any = actor.client.generic(
                probe.method, path + probe.suffix, probe.body, probe.content_type, headers=actor.headers, **probe.extra
            )
            if answer.streaming:
                b"".join(answer.streaming_content)
            transaction.set_rollback(True)
        actor.client.cookies = cookies
        if fault := fault_of(path, probe, answer):
            self.faults.append(f"{probe.method} {path} ({probe.name}): {fault} {' '.join(self.raised)}")
        return answer


def fault_of(path: str, probe: Probe, answer: Any) -> str:
    """Return what is wrong with an answer."""
    status, kind = answer.status_code, answer.get("Content-Type", "")
    if status >= 500:
        return str(status)
    if path.startswith("/api/") and status >= 400 and probe.method != "HEAD":
        if kind.split(";")[0] != "application/problem+json":
            return f"{status} as {kind}"
        try:
            said = json.loads(answer.content)["status"]
        except (ValueError, KeyError):
            said = "no JSON"
        return "" if said == status else f"{status} as a problem with {said}"
    return ""


@pytest.fixture
def net(settings: Any, tmp_path: Path) -> Iterator[Net]:
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.CRITICAL)  # refusals are what is asked for
    made = Net(World())

    def remember(**_: Any) -> None:
        made.raised.append(traceback.format_exc(limit=-3))

    got_request_exception.connect(remember)
    yield made
    got_request_exception.disconnect(remember)
    logging.disable(logging.NOTSET)


#: Addresses of machines: every body and method is tried there, with a key and without.
MACHINES = ("/api/", "/gateways/", "/bao-vi-pham-csp/")
#: Of so many addresses one shows its pages.
EVERY = 7


@pytest.mark.django_db
def test_no_shape_of_a_request_breaks_an_address(net: Net) -> None:
    nobody = Actor(Client(), {})
    for number, (path, visitor) in enumerate(net.places()):
        # What refuses a shape is the same at every address, and so is the page that says it: now and then it is made.
        with unrendered() if number % EVERY else nullcontext():
            if path.startswith(MACHINES):
                for probe in (*EARLY, *READ, *SEEN, *BODIES, *METHODS):
                    net.send(nobody, path, probe)
                    net.send(visitor, path, probe)
                continue
            for probe in (*EARLY, *READ, METHODS[number % len(METHODS)]):
                net.send(nobody, path, probe)
            for probe in SEEN:
                net.send(visitor, path, probe)
    assert not net.faults, "\n".join(net.faults)


@pytest.mark.django_db
def test_no_argument_of_an_address_breaks_it(net: Net) -> None:
    for path, visitor in net.wrong_places():
        net.send(visitor, path, Probe("hostile argument"))
    assert not net.faults, "\n".join(net.faults)


@pytest.mark.django_db
def test_no_value_of_a_field_breaks_a_view(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch) as read:
        for number, (path, visitor) in enumerate(net.places()):
            for method in ("GET", "POST"):
                _try_values(net, read, path, visitor, method, _values_of(number))
    assert not net.faults, "\n".join(net.faults)


def _values_of(number: int) -> tuple[str, ...]:
    """Return what the fields of an address are sent: what broke views before, and another one in turn."""
    return VALUES if EVERYTHING else (*VALUES[:2], VALUES[2 + number % (len(VALUES) - 2)])


def _try_values(net: Net, read: Read, path: str, visitor: Actor, method: str, values: tuple[str, ...]) -> None:
    """Ask once plainly, then with each value in every name that was read."""
    read.take()
    net.send(visitor, path, Probe("plain", method=method))
    names = read.take() - {"csrfmiddlewaretoken"}
    for value in values if names else ():
        text, name = filled(names, value), f"{value[:20]!r} in {sorted(names)}"
        if method == "GET":
            net.send(visitor, path, Probe(name, suffix=("&" if "?" in path else "?") + text))
        else:
            net.send(visitor, path, Probe(name, "POST", body=text.encode()))
        names |= read.take() - {"csrfmiddlewaretoken"}


#: The charset is refused before Django makes a request of it, a body in chunks is read: only a server shows both.
@pytest.mark.django_db(transaction=True)
def test_a_real_server_refuses_what_only_it_can_see(tmp_path: Path) -> None:
    factories.merchant(factories.agency(), "vnptpay")
    _system, key = create_client("Một cửa điện tử", [factories.agency()])
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "a", "Content-Type": JSON}
    payment = factories.payment()
    with running.web(tmp_path) as url:
        for charset in ("rot13", "hex", "no-such-charset", "utf-7", "utf-16"):
            named = {"Content-Type": f"text/plain; charset={charset}"}
            assert requests.get(f"{url}/", headers=named, timeout=30).status_code == 415
            answer = requests.get(f"{url}/api/v1/bills", headers={**headers, **named}, timeout=30)
            assert (answer.status_code, answer.headers["Content-Type"]) == (415, "application/problem+json")
        bills, notify = f"{url}/api/v1/bills", f"{url}/gateways/vnptpay/notify"
        refused = requests.post(bills, chunks(b'"' + b"x" * 2_000_000 + b'"'), headers=headers, timeout=30)
        assert (refused.status_code, refused.json()["status"]) == (413, 413)
        incomplete = requests.post(bills, chunks(b'{"reference": "x"}'), headers=headers, timeout=30)
        assert (incomplete.status_code, "agency" in incomplete.json()["errors"]) == (422, True)
        notified = requests.post(notify, chunks(json.dumps(confirm(payment)).encode()), timeout=30)
        assert notified.json()["RESPONSE_CODE"] == "00", "a bank that sends in chunks is understood"
        for body in (chunks(b"x" * 2_000_000), b"x" * 2_000_000, b"", DEEP):
            answer = requests.post(notify, body, timeout=30)
            assert (answer.status_code, answer.json()["RESPONSE_CODE"]) == (200, "99")
        assert b" 400 " in broken_chunks(url), "what is not even HTTP gunicorn refuses"
    assert RejectedNotification.objects.filter(reason="malformed").count() == 4
    assert inbox.drain_all() == 1


def chunks(body: bytes) -> Iterator[bytes]:
    """Give a body piece by piece, so that nobody knows its length."""
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def broken_chunks(url: str) -> bytes:
    """Send a gateway's address a chunk whose length is none; return the answer."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as sender:
        sender.sendall(
            b"POST /gateways/vnptpay/notify HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Transfer-Encoding: chunked\r\n\r\nmany\r\n{}\r\n0\r\n\r\n"
        )
        return sender.makefile("rb").read()
