"""What goes wrong between us and a bank, over real sockets: surely not sent, refused, or unknown."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest

from devtools.processes import free_port
from gateways.base import GatewayRefused, GatewayUnavailable, OutcomeUnknown, RawResponse
from gateways.http import MAX_ANSWER_BYTES, Link
from tests.support.https_server import _self_signed, speak
from tests.support.local_server import serve

QUICK = Link(connect_seconds=0.5, read_seconds=0.5)


def test_a_message_is_sent_as_json_in_order_and_the_answer_keeps_its_order() -> None:
    with serve(lambda request: RawResponse(b'{"b": 1.50, "a": "\xc3\xaa"}')) as server:
        answered = QUICK.post(server.url, {"Z": "ê", "A": 1}, {"Authorization": "Bearer k"})
    assert list(answered.items()) == [("b", "1.50"), ("a", "ê")]
    assert server.received[0].body == '{"Z":"ê","A":1}'.encode()
    assert server.received[0].headers["Authorization"] == "Bearer k"


def test_nobody_listening_means_surely_not_sent() -> None:
    with pytest.raises(GatewayUnavailable):
        QUICK.post(f"http://127.0.0.1:{free_port()}", {}, {})


def test_an_unknown_name_means_surely_not_sent() -> None:
    with pytest.raises(GatewayUnavailable):
        QUICK.post("http://bank.invalid/", {}, {})


def test_a_proxy_that_is_away_means_surely_not_sent() -> None:
    link = Link.from_settings({"proxy": f"http://127.0.0.1:{free_port()}", "connect_seconds": 0.5})
    with pytest.raises(GatewayUnavailable):
        link.post("https://bank.example/", {}, {})


def test_silence_after_sending_means_unknown() -> None:
    with serve(lambda request: time.sleep(1.5)) as server, pytest.raises(OutcomeUnknown):
        QUICK.post(server.url, {}, {})
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "spoken",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe",
    ],
    ids=["hung up", "no HTTP", "cut off", "cut off chunk", "no gzip", "no text"],
)
def test_a_broken_answer_means_unknown(spoken: bytes) -> None:
    with speak(lambda connection: connection.sendall(spoken)) as url, pytest.raises(OutcomeUnknown):
        QUICK.post(url, {}, {})


def test_a_server_that_drips_does_not_hold_us() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(50):
            connection.sendall(b" ")
            time.sleep(0.1)

    started = time.monotonic()
    with speak(drip) as url, pytest.raises(OutcomeUnknown):
        QUICK.post(url, {}, {})
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Bad Gateway</html>"),
        (200, b"[]"),
        (200, b'{"a": 1'),
        (200, b"{" + b" " * MAX_ANSWER_BYTES + b"}"),
        (204, b""),
        (302, b"{}"),
        (500, b'{"RESPONSE_CODE": "00"}'),
        (502, b""),
        (503, b""),
        (504, b""),
    ],
)
def test_an_answer_that_is_not_one_means_unknown(status: int, body: bytes) -> None:
    with serve(lambda request: RawResponse(body, status)) as server, pytest.raises(OutcomeUnknown):
        QUICK.post(server.url, {}, {})
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_our_own_fault(status: int) -> None:
    with (
        serve(lambda request: RawResponse(b"{}", status)) as server,
        pytest.raises(GatewayRefused) as refused,
    ):
        QUICK.post(server.url, {}, {})
    assert refused.value.is_configuration_fault


def test_a_refusal_with_http_400_is_read_only_from_those_who_refuse_so() -> None:
    with serve(lambda request: RawResponse(b'{"resultCode": 22}', status=400)) as server:
        assert QUICK.post(server.url, {}, {}, reads_refusals=True) == {"resultCode": "22"}
        with pytest.raises(OutcomeUnknown):
            QUICK.post(server.url, {}, {})
    with serve(lambda request: RawResponse(b'{"resultCode": 22}', status=500)) as server, pytest.raises(OutcomeUnknown):
        QUICK.post(server.url, {}, {}, reads_refusals=True)


def test_come_again_later_means_surely_not_carried_out() -> None:
    closed = b"HTTP/1.1 503 Closed\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"
    with speak(lambda connection: connection.sendall(closed)) as url, pytest.raises(GatewayUnavailable):
        QUICK.post(url, {}, {})
    with serve(lambda request: RawResponse(b"", 429)) as server, pytest.raises(GatewayUnavailable):
        QUICK.post(server.url, {}, {})


def test_a_certificate_nobody_vouches_for_is_not_trusted_until_its_ca_is_given(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = _self_signed(tmp_path)
    context.load_cert_chain(certificate)
    with serve(lambda request: RawResponse(b'{"ok": "1"}'), context) as server:
        with pytest.raises(GatewayUnavailable):
            QUICK.post(server.url, {}, {})
        assert not server.received
        trusting = Link.from_settings({"ca_bundle": str(certificate)})
        assert trusting.post(server.url, {}, {}) == {"ok": "1"}


def test_verification_cannot_be_switched_off() -> None:
    for value in (False, "", None, 0):
        assert Link.from_settings({"ca_bundle": value}).ca_bundle is True


def test_the_environment_changes_neither_our_key_nor_our_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with serve(lambda request: RawResponse(b"{}")) as server:
        QUICK.post(server.url, {}, {"Authorization": "Bearer ours"})
    assert server.received[0].headers["Authorization"] == "Bearer ours"
