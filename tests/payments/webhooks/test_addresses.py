"""No client reaches our own network through us, no receiver holds us up, no redirect leads us on."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from gateways.base import RawResponse
from payments.errors import AddressRefused
from payments.webhooks import addresses, transport
from tests.support.https_server import _self_signed as self_signed
from tests.support.https_server import speak
from tests.support.local_server import serve

INNER = [
    "https://localhost:8200/",
    "https://LOCALHOST./",
    "https://app.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://postgres/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://127.1/",
    "https://017700000001/",
]


@pytest.fixture
def public_only(settings: Settings) -> None:
    """As in production."""
    settings.WEBHOOK_NETWORKS = []
    settings.WEBHOOK_TO_THIS_MACHINE = False


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let the client's name mean these addresses."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **values: Any) -> list[Any]:
        if host != "client.example":
            return list(real(host, port, *args, **values))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "url",
    [
        "http://client.example/",
        "ftp://client.example/",
        "https://",
        "https://user@client.example/",
        "https://user:password@client.example/",
        "https://client.example/#part",
        "https://client.example:99999/",
        "https://client.example/a b",
        "https://client.example/\r\nX-Evil: 1",
        "https://việt.example/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://100.64.0.1/",
        "http://127.0.0.1:8000/",
        *INNER,
    ],
)
def test_an_address_that_may_not_be_registered(public_only: None, url: str) -> None:
    with pytest.raises(AddressRefused):
        addresses.parse(url)


@pytest.mark.parametrize(
    "url", ["http://client.example/", "https://127.0.0.1/", "https://[::1]/", "http://127.0.0.2/", *INNER]
)
def test_a_demo_calls_its_own_machine_at_one_address_only(url: str) -> None:
    assert addresses.parse("http://127.0.0.1:8200/").is_this_machine
    with pytest.raises(AddressRefused):
        addresses.parse(url)


def test_a_name_that_means_this_machine_is_not_called_in_a_demo_either(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "127.0.0.1")
    assert transport.post("https://client.example/", b"", {}) == transport.Reply(
        None, "address-refused: AddressRefused Địa chỉ này không công khai."
    )


@pytest.mark.parametrize("addresses", [("10.1.2.3",), ("127.0.0.1",), ("169.254.169.254",), ("8.8.8.8", "192.168.1.1")])
def test_a_name_that_means_an_inner_address_is_not_called(
    public_only: None, monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    names(monkeypatch, *addresses)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was called"))
    assert transport.post("https://client.example/", b"", {}) == transport.Reply(
        None, "address-refused: AddressRefused Địa chỉ này không công khai."
    )


def test_a_network_of_ours_may_be_allowed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16"]
    names(monkeypatch, "10.20.0.7")
    assert addresses.resolve(addresses.parse("https://client.example/")) == "10.20.0.7"
    names(monkeypatch, "10.21.0.7")
    with pytest.raises(AddressRefused):
        addresses.resolve(addresses.parse("https://client.example/"))


def test_the_connection_goes_to_the_address_that_was_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name means something else a moment later (DNS rebinding): nobody asks it a second time."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with serve(lambda request: RawResponse(b"", 200)) as server:
        port = server.url.rsplit(":", 1)[1]
        names(monkeypatch, "127.0.0.1")
        target = addresses.Target("client.example", int(port), "/hook", is_secure=False)
        address = addresses.resolve(target)
        names(monkeypatch, "203.0.113.1")
        connection = transport._Pinned(target, address)
        connection.request("POST", target.path, b"{}")
        assert connection.getresponse().status == 200
        connection.close()
    assert server.received[0].headers["Host"] == f"client.example:{port}"


def test_a_redirect_is_an_answer_and_not_a_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url.encode() + b"/\r\n\r\n")

    with serve(lambda request: RawResponse(b"", 200)) as elsewhere, speak(talk) as url:
        reply = transport.post(url, b"{}", {})
    assert (reply.status, reply.is_accepted, reply.is_unwell) == (302, False, False)
    assert elsewhere.received == []


def _silent(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def _dripping(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.05)


def _hanging_up(connection: socket.socket) -> None:
    pass


def _not_http(connection: socket.socket) -> None:
    connection.sendall(b"\xff\x00 hello\r\n\r\n")


@pytest.mark.parametrize("talk", [_silent, _dripping, _hanging_up, _not_http])
def test_a_receiver_that_misbehaves_costs_no_more_than_the_time_out(
    talk: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.5)
    before = time.monotonic()
    with speak(talk) as url:
        reply = transport.post(url, b"{}", {})
    assert reply.status is None
    assert reply.is_unwell
    assert time.monotonic() - before < 2


def test_a_certificate_nobody_vouches_for_is_not_trusted(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = self_signed(tmp_path)
    context.load_cert_chain(certificate)
    with serve(lambda request: RawResponse(b"", 200), context) as server:
        assert "CERTIFICATE_VERIFY_FAILED" in transport.post(server.url, b"", {}).error
        assert server.received == []
        monkeypatch.setattr(transport, "_trust", lambda: ssl.create_default_context(cafile=certificate))
        assert transport.post(server.url, b"", {}).status == 200
        # Vouched for, but not for this name.
        names(monkeypatch, "127.0.0.1")
        elsewhere = server.url.replace("127.0.0.1", "client.example")
        assert "CERTIFICATE_VERIFY_FAILED" in transport.post(elsewhere, b"", {}).error
