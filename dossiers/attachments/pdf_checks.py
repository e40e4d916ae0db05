"""Refuses PDFs with a password, scripts, embedded files or trailing archives.

A scan needs none of them. This is no parser: names are looked for in the whole file and in
the inflated object streams, where a name can hide; what cannot be inflated is refused.
"""

from __future__ import annotations

import re
import zlib

from django.utils.translation import gettext_lazy as _

#: Bytes all object streams of one file may come to; a scan's come to thousands.
MOST_INFLATED = 32 * 1024 * 1024
#: A ZIP archive appended to a file has its directory's end within so many last bytes.
ZIP_TAIL = 66_000

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b")
_BODY = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")
_LOCKED = re.compile(rb"/Encrypt\b")

LOCKED = _("Tệp PDF có mật khẩu nên cán bộ không mở được. Hãy bỏ mật khẩu, hoặc chụp ảnh từng trang.")
ACTIVE = _("Tệp PDF có chứa chương trình hoặc tệp khác bên trong. Hãy in ra PDF lại, hoặc chụp ảnh từng trang.")
BROKEN = _("Tệp PDF bị hỏng hoặc chưa tải xong. Hãy in ra PDF lại, hoặc chụp ảnh từng trang.")


def fault_of(content: bytes) -> str:
    """Return what is wrong with a PDF and what to do; empty when it may be kept."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:] or b"PK\x05\x06" in content[-ZIP_TAIL:]:
        return str(BROKEN)
    plain = _unescaped(content)
    if _LOCKED.search(plain):
        return str(LOCKED)
    try:
        inflated = _object_streams(content, len(_OBJECT_STREAM.findall(plain)))
    except (zlib.error, ValueError):
        return str(BROKEN)
    return str(ACTIVE) if any(_ACTIVE.search(text) for text in (plain, _unescaped(inflated))) else ""


def _unescaped(text: bytes) -> bytes:
    """Write names plainly: /J#61vaScript is /JavaScript."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text)


def _object_streams(content: bytes, expected: int) -> bytes:
    """Return what all object streams say. Raises zlib.error and ValueError for what cannot be read to its end."""
    texts, room = [], MOST_INFLATED
    for found in _BODY.finditer(content):
        inflating = zlib.decompressobj()
        texts.append(inflating.decompress(content[found.end() :], room))
        room -= len(texts[-1])
        if room <= 0 or not inflating.eof:
            raise ValueError("an object stream does not end, or is a bomb")
    if len(texts) != expected:
        raise ValueError("an object stream is hidden")
    return b"\n".join(texts)
