"""Photos as iPhones keep them: whole ones of the encoder, and large ones put together of one tile."""

from __future__ import annotations

import io
import struct
from functools import cache
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
TILE = 256


def of(picture: Image.Image, **saving: Any) -> bytes:
    """A picture as a photo; `saving` are options of the encoder, as `exif`."""
    out = io.BytesIO()
    picture.save(out, "HEIF", **{"quality": 50, **saving})
    return out.getvalue()


def heic(size: tuple[int, int] = (40, 30), mode: str = "RGB", colour: Any = "red", **saving: Any) -> bytes:
    """A photo of one colour."""
    return of(Image.new(mode, size, colour), **saving)


def claiming(content: bytes, size: tuple[int, int]) -> bytes:
    """The same photo, whose first picture now says that it is of another size."""
    at = content.index(b"ispe") + 8
    return content[:at] + struct.pack("!II", *size) + content[at + 8 :]


def mosaic(columns: int, rows: int) -> bytes:
    """A photo in tiles, as telephones write them; here each tile is the same, so that a few KB are many pixels."""
    decoder, tile = _tile()
    count, size = columns * rows, (TILE * columns, TILE * rows)
    ids = range(2, count + 2)
    info = _full(b"infe", struct.pack("!HH4sx", 1, 0, b"grid"), 2)
    info += b"".join(_full(b"infe", struct.pack("!HH4sx", each, 0, b"hvc1"), 2) for each in ids)
    properties = decoder + _full(b"ispe", struct.pack("!II", TILE, TILE)) + _full(b"ispe", struct.pack("!II", *size))
    owners = struct.pack("!IHBB", count + 1, 1, 1, 3)
    owners += b"".join(struct.pack("!HBBB", each, 2, 0x81, 2) for each in ids)

    def meta(place: int) -> bytes:
        places = struct.pack("!BBHHHHHII", 0x44, 0, count + 1, 1, 1, 0, 1, 0, 8)
        places += b"".join(struct.pack("!HHHHII", each, 0, 0, 1, place, len(tile)) for each in ids)
        parts = (
            _full(b"hdlr", struct.pack("!I4s13x", 0, b"pict")),
            _full(b"pitm", struct.pack("!H", 1)),
            _full(b"iloc", places, 1),
            _full(b"iinf", struct.pack("!H", count + 1) + info),
            _full(b"iref", _box(b"dimg", struct.pack(f"!HH{count}H", 1, count, *ids))),
            _box(b"iprp", _box(b"ipco", properties) + _full(b"ipma", owners)),
            _box(b"idat", struct.pack("!BBBBHH", 0, 0, rows - 1, columns - 1, *size)),
        )
        return _full(b"meta", b"".join(parts))

    head = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    return head + meta(len(head) + len(meta(0)) + 8) + _box(b"mdat", tile)


@cache
def _tile() -> tuple[bytes, bytes]:
    """Return what a decoder has to know of one tile of noise, and the tile."""
    photo = of(Image.effect_noise((TILE, TILE), 10).convert("RGB"), quality=30)
    at = photo.index(b"hvcC") - 4
    return photo[at : at + int.from_bytes(photo[at : at + 4], "big")], photo[photo.index(b"mdat") + 4 :]


def _box(kind: bytes, inside: bytes) -> bytes:
    return struct.pack("!I4s", len(inside) + 8, kind) + inside


def _full(kind: bytes, inside: bytes, version: int = 0) -> bytes:
    return _box(kind, struct.pack("!I", version << 24) + inside)
