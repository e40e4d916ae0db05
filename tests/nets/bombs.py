"""Small inputs that would cost much, and who has to refuse them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.exceptions import APIException

from dossiers.attachments import pdf_checks, scan, validation
from gateways import parsing
from gateways.base import Malformed
from payments.api.parsers import BoundedJSONParser
from payments.errors import StatementRefused
from procedures.schedules import workbook
from tests.support.heic import claiming, heic, mosaic
from tests.support.uploads import bomb, giant, picture

from .costs import read_statement, sheet

Refuse = Callable[[Any], None]


def _paper(content: bytes) -> None:
    assert pdf_checks.fault_of(content)


def _upload(content: bytes) -> None:
    with pytest.raises(ValidationError):
        validation.read_upload(SimpleUploadedFile("anh", content))


def _picture(content: bytes) -> None:
    assert scan.look_at(content, "image/png").refusal


def _photo(content: bytes) -> None:
    kept = validation.read_upload(SimpleUploadedFile("anh", content))
    assert scan.look_at(kept.content, kept.content_type).refusal


def _statement(content: bytes) -> None:
    with pytest.raises(StatementRefused):
        read_statement(content)


def _workbook(content: bytes) -> None:
    with pytest.raises(workbook.WorkbookRefused):
        list(workbook._rows(workbook._sheets(io.BytesIO(content))[0], workbook.COLUMNS))


def _api(content: bytes) -> None:
    with pytest.raises(APIException):
        BoundedJSONParser().parse(io.BytesIO(content))


def _gateway(content: bytes) -> None:
    with pytest.raises(Malformed):
        parsing.read_object(content)


def _with_chunk(kind: bytes, inside: bytes) -> bytes:
    """A PNG with a chunk behind its header."""
    small = picture("PNG")
    chunk = struct.pack("!I", len(inside)) + kind + inside + struct.pack("!I", zlib.crc32(kind + inside))
    return small[:33] + chunk + small[33:]


def _scans() -> bytes:
    """A progressive JPEG whose last scan stands in it 20,000 times."""
    whole = picture("JPEG", size=(1000, 1000), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 20_000 + b"\xff\xd9"


def _claiming_little(photo: bytes) -> bytes:
    """The same photo, each of whose sizes is 100 by 100."""
    parts = photo.split(b"ispe")
    return b"ispe".join([parts[0], *(part[:4] + struct.pack("!II", 100, 100) + part[12:] for part in parts[1:])])


def _without_tiles(photo: bytes) -> bytes:
    """The same photo, which says that it is 256 by 256 tiles."""
    return photo.replace(struct.pack("!BBBB", 0, 0, 1, 1), struct.pack("!BBBB", 0, 0, 255, 255))


def _deep_paper() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /A " + b"[" * 2_000_000 + b"]" * 2_000_000 + b" >>\nendobj\n%%EOF\n"


def _workbook_of(xml: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook one of whose parts is something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(1))) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for part in parts.infolist():
            changed.writestr(part.filename, xml if part.filename == name else parts.read(part))
    return out.getvalue()


def _million_cells() -> bytes:
    """A sheet of 20,000 rows of 50 cells."""
    row = b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>"
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return head + row * 20_000 + b"</sheetData></worksheet>"


_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 10))
    + b"]><x>&j;</x>"
)

#: What it is → how it is made, and who refuses it.
BOMBS: dict[str, tuple[Callable[[], bytes], Refuse]] = {
    "PDF: an object stream of 60 MB": (lambda: bomb(60_000_000), _paper),
    "PDF: nested two million deep": (_deep_paper, _paper),
    "PDF: 100,000 objects without a table": (
        lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<\n" * 100_000 + b"%%EOF",
        _paper,
    ),
    "picture: 900 million pixels": (giant, _upload),
    "picture: a text of 60 MB": (lambda: _with_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000_000))), _picture),
    "picture: 20,000 scans": (_scans, _upload),
    "HEIC: 900 million pixels": (lambda: claiming(heic(), (30_000, 30_000)), _upload),
    "HEIC: a million boxes": (lambda: heic()[:28] + b"\0\0\0\x08free" * 1_000_000, _upload),
    "HEIC: holds 40 million pixels, claims 10,000": (lambda: _claiming_little(mosaic(30, 20)), _photo),
    "HEIC: 65,536 tiles that are not there": (lambda: _without_tiles(mosaic(2, 2)), _photo),
    "XLSX: a sheet of 140 MB": (lambda: _workbook_of(b" " * 140_000_000), _statement),
    "XLSX: entities that multiply": (lambda: _workbook_of(_LAUGHS), _statement),
    "XLSX: a million cells": (lambda: _workbook_of(_million_cells()), _statement),
    "fee workbook: a million cells": (lambda: _workbook_of(_million_cells()), _workbook),
    "fee workbook: unpacks to 30 MB": (lambda: _workbook_of(b" " * 30_000_000), _workbook),
    "CSV: one field of 50 MB": (lambda: b"reference;amount;time\n" + b"x" * 50_000_000, _statement),
    "JSON of the API: 500,000 deep": (lambda: b"[" * 500_000 + b"]" * 500_000, _api),
    "JSON of the API: a number of 900,000 digits": (lambda: b'{"a": ' + b"9" * 900_000 + b"}", _api),
    "JSON of a gateway: 30,000 deep": (lambda: b'{"a":' * 30_000 + b"1" + b"}" * 30_000, _gateway),
}
