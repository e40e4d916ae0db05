"""Senders that keep a connection open, stall in the middle or send without end take nobody's place (R-23, R-24)."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from payments.callbacks import inbox
from payments.models import Bill, Payment
from payments.settlement import ledger_check
from payments.states import BillState
from portal.gunicorn_conf import STALLED_SECONDS
from tests.support import factories, running
from tests.support.notifications import confirm

pytestmark = pytest.mark.django_db(transaction=True)
#: The web process of these tests has one worker with so many threads.
THREADS = 4
HEAD = b"POST /gateways/vnptpay/notify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    with running.web(tmp_path) as url:
        yield url


def connected(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=30)


def send(url: str, payment: Payment) -> float:
    """Post a genuine notification and return how long its answer took."""
    began = time.monotonic()
    body = json.dumps(confirm(payment))
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{url}/gateways/vnptpay/notify", body, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["RESPONSE_CODE"]) == (200, "00")
    return time.monotonic() - began


def resident(url: str) -> int:
    """Return the memory of the processes that listen at an address, bytes."""
    port = urlsplit(url).port
    ours = psutil.Process().children(recursive=True)
    return sum(
        process.memory_info().rss
        for process in ours
        if any(
            matches.status == psutil.CONN_LISTEN and matches.laddr.port == port for matches in process.net_connections()
        )
    )


def test_five_hundred_silent_and_some_stalled_senders_hold_up_no_callback(web: str) -> None:
    payments = [factories.payment() for _ in range(3)]
    send(web, payments[0])
    with ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(connected(web))
        # Who says nothing takes no thread at all.
        assert send(web, payments[1]) < 1
        stalled = [stack.enter_context(connected(web)) for _ in range(THREADS)]
        for sender in stalled:
            sender.sendall(HEAD + b"Content-Length: 400\r\n\r\n" + b'{"ACTION": ')
        # These take every thread there is, until they are given up.
        waited = send(web, payments[2])
        assert 1 < waited < STALLED_SECONDS + 2
        for sender in stalled:
            assert b"200 OK" not in sender.recv(400)
    inbox.drain_all()
    assert set(Bill.objects.values_list("state", flat=True)) == {BillState.PAID}
    assert ledger_check.check() == []


def test_a_hundred_megabytes_are_refused_and_never_held_in_memory(web: str) -> None:
    payment = factories.payment()
    send(web, payment)
    before = resident(web)
    for announced in (b"Content-Length: 104857600\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"):
        with connected(web) as sender:
            sender.sendall(HEAD + announced)
            answer = b""
            with suppress(OSError):  # hung up on, as it should be
                for _ in range(100):
                    sender.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")
            with suppress(OSError):
                answer = sender.recv(1000)
            assert b'"RESPONSE_CODE":"00"' not in answer
    assert before > 0
    assert resident(web) - before < 16 * 1024 * 1024
    send(web, factories.payment())
