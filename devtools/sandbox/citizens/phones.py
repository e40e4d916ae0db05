"""Sandbox providers of SMS, Zalo (HTTP) and mail (SMTP).

`SANDBOX_MESSAGES` holds {"sms_token", "zalo_token", "mail_port"}; without it there are no providers. What
arrives is one JSON line {at, to, text, key} in `MESSAGE_FILE`, which the portal's own page reads, too.
A message given again with the same key arrives once, as good providers promise.
"""

from __future__ import annotations

import hmac
import json
import os
import threading
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from devtools.sandbox.faults import may_fail

#: Names under which their failures are ordered (`/control/faults`).
PROVIDERS = ("sms", "zalo")
MOST_SMS = 160
MOST_MAIL_BYTES = 100_000
#: Zalo knows no account of numbers that end so: its answer -118.
WITHOUT_ZALO = "00"
_lock = threading.Lock()


@may_fail("sms")
def sms(request: HttpRequest) -> HttpResponse:
    """POST {to, text, id} with a bearer token. 400 says what no operator would send."""
    if not _is_right(request.headers.get("Authorization", "").removeprefix("Bearer "), "sms_token"):
        return JsonResponse({"error": "token"}, status=401)
    body = json.loads(request.body or b"{}")
    to, text = str(body.get("to", "")), str(body.get("text", ""))
    if not to.startswith("+84") or not text.isascii() or not 0 < len(text) <= MOST_SMS:
        return JsonResponse({"error": "to or text"}, status=400)
    return JsonResponse({"id": body["id"], "is_new": _arrive(to, text, str(body["id"]))})


@may_fail("zalo")
def zalo(request: HttpRequest) -> HttpResponse:
    """A template message by phone; Zalo says no in a 200."""
    if not _is_right(request.headers.get("access-token", ""), "zalo_token"):
        return JsonResponse({"error": -124, "message": "Access token is invalid"})
    body = json.loads(request.body or b"{}")
    phone = str(body.get("phone", ""))
    if phone.endswith(WITHOUT_ZALO):
        return JsonResponse({"error": -118, "message": "Zalo account not existed"})
    _arrive(f"+{phone}", " ".join(map(str, body["template_data"].values())), str(body["tracking_id"]))
    return JsonResponse({"error": 0, "message": "Success"})


def phones(request: HttpRequest) -> HttpResponse:
    """Each phone and mailbox with what it got, the newest first: what a person would hold in the hand."""
    boxes: dict[str, list[dict[str, Any]]] = {}
    for line in reversed(_received()):
        boxes.setdefault(line["to"], []).append(line | {"at": datetime.fromisoformat(line["at"])})
    return render(request, "sandbox/phones.html", {"boxes": list(boxes.items())[:30]})


class _Mail(StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a mail client needs to leave a letter."""

    timeout = 10

    def handle(self) -> None:
        """Speak until QUIT."""
        self._say("220 sandbox")
        recipients: list[str] = []
        while line := self.rfile.readline(1000):
            command = line.strip().upper()
            if command.startswith(b"RCPT TO:"):
                recipients.append(line.decode("utf-8", "replace").partition(":")[2].split()[0].strip("<>"))
            if command == b"DATA":
                self._say("354 go on")
                _deliver(recipients, self._letter())
                recipients = []
            self._say("221 bye" if command == b"QUIT" else "250 ok")
            if command == b"QUIT":
                return

    def _letter(self) -> bytes:
        body = b""
        while (line := self.rfile.readline(MOST_MAIL_BYTES)) and line.rstrip(b"\r\n") != b".":
            body += line.removeprefix(b".") if line.startswith(b"..") else line
        return body[:MOST_MAIL_BYTES]

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _MailServer(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def open_mailboxes() -> None:
    """Take letters on this machine's port, in threads of this process; without a port, none."""
    if port := _settings().get("mail_port"):
        threading.Thread(target=_MailServer(("127.0.0.1", int(port)), _Mail).serve_forever, daemon=True).start()


def _deliver(recipients: list[str], letter: bytes) -> None:
    read = message_from_bytes(letter, policy=policy.default)
    body = read.get_body(("plain",))
    for to in recipients:
        _arrive(to, body.get_content().strip() if body else "", str(read["X-Entity-Ref-ID"] or ""))


def _arrive(to: str, text: str, key: str) -> bool:
    """Put a message into its box; False when it is there already."""
    with _lock:
        if key and any((line["to"], line["key"]) == (to, key) for line in _received()):
            return False
        with _path().open("a", encoding="utf-8") as file:
            line = {"at": datetime.now(UTC).isoformat(), "to": to, "text": text, "key": key}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return True


def _received() -> list[dict[str, Any]]:
    path = _path()
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def _path() -> Path:
    return Path(os.environ["MESSAGE_FILE"])


def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(os.environ.get("SANDBOX_MESSAGES") or "{}")
    return settings


def _is_right(token: str, name: str) -> bool:
    expected = str(_settings().get(name, ""))
    return bool(expected) and hmac.compare_digest(token, expected)
