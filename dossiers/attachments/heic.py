"""HEIC, what iPhones keep photos in: measured here, decoded by a process of its own (docs/decisions/0009-heic.md).

The web reads the file's boxes only, in Python. The codec is C++ that reads what strangers send: it runs in a process
(`heic_decoder.py`) that has no key, no database, no file and no network, and limits of time and memory.
"""

from __future__ import annotations

import re
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from PIL import Image

#: The same as of other pictures; a telephone's photo has 12 or 24 million.
MAX_PIXELS = 40_000_000
#: As `static/js/photos.js` sends photos.
LONGEST = 1600
#: Of the decoding process: seconds of processor time, bytes of memory, and seconds of patience on a busy machine.
#: The largest photo takes 1 s and 500 MB.
MOST_SECONDS, MOST_MEMORY, PATIENCE = 10, 1024**3, 30.0
#: Boxes side by side; a photo has a dozen.
MOST_BOXES = 1000

BROKEN = _("Ảnh HEIC này bị hỏng hoặc chưa tải xong. Hãy chụp màn hình ảnh đó rồi gửi, hoặc chụp lại ngay tại đây.")
GIANT = _("Ảnh quá lớn. Hãy chụp lại ở cỡ nhỏ hơn, hoặc chụp màn hình ảnh đó rồi gửi.")

_BRANDS = re.compile(rb"....ftyp(?:hei[cmsx]|hev[cx]|mif1|msf1)", re.DOTALL)
_DECODER = str(Path(__file__).with_name("heic_decoder.py"))
#: How the decoder ends when a picture cannot be read, and what kills it where a file is made to.
_UNREADABLE = 3
_FATAL = {-signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}
_SIZE = struct.Struct("!II")


class NotDecoded(Exception):
    """A picture that the codec cannot read, or not within its limits."""


def is_heic(content: bytes) -> bool:
    """Tell by the first bytes."""
    return _BRANDS.match(content) is not None


def fault_of(content: bytes) -> str:
    """Return what is wrong with a photo and what to do; empty when it may be decoded. Nothing is decoded here."""
    try:
        meta, end = _only(b"meta", content, 0, len(content))
        properties = _only(b"ipco", content, *_only(b"iprp", content, meta + 4, end))
        sizes = [
            _SIZE.unpack_from(content, start + 4)
            for kind, start, _end in _boxes(content, *properties)
            if kind == b"ispe"
        ]
    except (ValueError, struct.error):
        return str(BROKEN)
    if not sizes:
        return str(BROKEN)
    return str(GIANT) if max(width * height for width, height in sizes) > MAX_PIXELS else ""


def _only(wanted: bytes, content: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the first box of a kind has its content. Raises ValueError."""
    for kind, inside, after in _boxes(content, start, end):
        if kind == wanted:
            return inside, after
    raise ValueError(wanted)


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin and end of the content of each box (ISO 14496-12, 4.2). Raises ValueError, struct.error."""
    for _number in range(MOST_BOXES):
        if start >= end:
            return
        length, kind = struct.unpack_from("!I4s", content, start)
        inside = start + 8
        if length == 1:
            (length,) = struct.unpack_from("!Q", content, inside)
            inside += 8
        after = start + length if length else end
        if not inside <= after <= end:
            raise ValueError(kind)
        yield kind, inside, after
        start = after
    raise ValueError("too many boxes")


def opened(content: bytes) -> Image.Image:
    """Return the primary picture, upright, of at most `LONGEST` pixels a side, and nothing else that the file holds.

    Raises NotDecoded; OSError where the process could not do its work, so that it is worth another try.
    """
    limits = (MAX_PIXELS, LONGEST, MOST_SECONDS, MOST_MEMORY, _UNREADABLE)
    with tempfile.TemporaryFile() as out:  # bounded by the process' own limit of files: a pipe would not be
        try:
            ended = subprocess.run(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-I", _DECODER, *map(str, limits)],
                input=content,
                stdout=out,
                timeout=PATIENCE,
                env={},
                cwd="/",
                check=False,
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"a photo was not decoded within {PATIENCE:.0f} s") from error
        if ended == _UNREADABLE or ended in _FATAL:
            raise NotDecoded(f"the decoder ended with {ended}")
        if ended:
            raise OSError(f"the decoder ended with {ended}")
        out.seek(0)
        return _read(out.read())


def _read(decoded: bytes) -> Image.Image:
    """Return the picture of a size and its pixels; what does not fit is no picture, whoever wrote it."""
    width, height = _SIZE.unpack_from(decoded) if len(decoded) >= _SIZE.size else (0, 0)
    if not (0 < width <= LONGEST and 0 < height <= LONGEST and len(decoded) == _SIZE.size + width * height * 3):
        raise NotDecoded("the decoder wrote something else")
    return Image.frombytes("RGB", (width, height), decoded[_SIZE.size :])
