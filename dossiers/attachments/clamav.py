"""ClamAV client for INSTREAM (clamd(8)): length-prefixed chunks, then an empty one."""

from __future__ import annotations

import socket
import struct

from django.conf import settings

PIECE = 64 * 1024
#: For each step of the talk; clamd itself gives up on a file after two minutes.
TIMEOUT_SECONDS = 30.0
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner did not answer, or did not say yes or no: the file stays unopened."""


def scan(content: bytes) -> str:
    """Return what was found in a file, empty for nothing, and for a portal without a scanner. Raises ScannerAway."""
    if settings.CLAMAV_SOCKET is None:
        return ""
    try:
        answer = _ask(settings.CLAMAV_SOCKET, content)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    _stream, _colon, verdict = answer.rstrip("\0\n").partition(": ")
    if verdict == "OK":
        return ""
    threat, _space, is_found = verdict.rpartition(" ")
    if is_found != "FOUND":
        raise ScannerAway(f"it said {answer[:100]!r}")
    return threat


def _ask(address: str | tuple[str, int], content: bytes) -> str:
    with _connected(address) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            clamd.sendall(struct.pack("!I", len(piece)) + piece)
        clamd.sendall(struct.pack("!I", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST_ANSWER and (more := clamd.recv(LONGEST_ANSWER)):
            answer += more
    return answer.decode(errors="replace")


def _connected(address: str | tuple[str, int]) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address, TIMEOUT_SECONDS)
    clamd = socket.socket(socket.AF_UNIX)
    clamd.settimeout(TIMEOUT_SECONDS)
    try:
        clamd.connect(address)
    except OSError:
        clamd.close()
        raise
    return clamd
