"""What people and gateways send, in any size, and who reads it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
import pikepdf
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.values import masking
from dossiers.attachments import heic, heic_decoder, pdf_checks, scan, validation
from dossiers.desk.scanner.photo_views import code_in
from gateways import parsing
from gateways.base import RawRequest
from gateways.vietinbank import statement
from gateways.vietinbank_direct.adapter import VietinBankDirect
from payments.api.parsers import BoundedJSONParser
from payments.reconciliation.formats import read as formats
from portal.public import csp_report_views
from procedures.schedules import workbook as schedules_workbook
from tests.support.heic import mosaic


@dataclass(frozen=True, slots=True)
class Growing:
    """An input of about `size` pieces, and what reads it, with threads of its own perhaps."""

    size: int
    make: Callable[[int], Any]
    read: Callable[[Any], Any]
    has_threads: bool = False


class NoStatements:
    """A gateway without files of its own: the columns decide."""

    capabilities = frozenset[str]()


def paper(objects: int) -> bytes:
    """A PDF of many objects, most of them in compressed streams."""
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    rows = [made.make_indirect(pikepdf.Dictionary(A=number, B=pikepdf.Name.X)) for number in range(objects)]
    made.Root.X = made.make_indirect(pikepdf.Array(rows))
    made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def photo(rows: int, qr: str = "") -> bytes:
    """A JPEG of noise, 1,000 pixels wide; with a QR code in its corner."""
    noise, out = Image.effect_noise((1000, rows), 80).convert("RGB"), io.BytesIO()
    if qr:
        drawn = io.BytesIO()
        segno.make(qr).save(drawn, kind="png", scale=6)
        noise.paste(Image.open(drawn).convert("RGB"), (20, 20))
    noise.save(out, "JPEG")
    return out.getvalue()


def read_picture(content: bytes) -> None:
    """Look at a picture twice, as an upload is."""
    kept = validation.read_upload(SimpleUploadedFile("anh.jpg", content))
    assert scan.look_at(kept.content, kept.content_type).picture


def read_heic(content: bytes) -> None:
    """Look at a photo twice, here without a process of its own: it takes longer to start than a photo to decode."""
    validation.read_upload(SimpleUploadedFile("anh.heic", content))
    heic_decoder.decode(content, heic.MAX_PIXELS, heic.LONGEST)


def lines(rows: int) -> bytes:
    """A statement as CSV."""
    head = "reference;amount;time;code;description\n"
    return (
        head + "".join(f"FT{number};150.000;2026-11-23 10:00:00;12345678901234;nộp phí\n" for number in range(rows))
    ).encode()


def sheet(rows: int, columns: int = 6) -> bytes:
    """A statement as XLSX."""
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    made = book.create_sheet()
    made.append(["reference", "amount", "time", "code", "description", *["x"] * (columns - 5)])
    for number in range(rows):
        made.append([f"FT{number}", 150_000, "2026-11-23 10:00:00", "12345678901234", "nộp phí", *[1] * (columns - 5)])
    book.save(out)
    return out.getvalue()


def read_statement(content: bytes) -> int:
    """Read a statement to its end."""
    gateway: Any = NoStatements()
    return sum(1 for _ in formats.rows_of(io.BytesIO(content), gateway, {}))


def swift(rows: int) -> bytes:
    """A statement as MT940."""
    entries = "".join(f":61:2611291129C150000,00NTRFNONREF//FT{number}\n:86:NOP PHI\n" for number in range(rows))
    return f":20:S\n:25:113000123456\n:28C:1/1\n:60F:C261128VND0,00\n{entries}-\n".encode()


def iso20022(rows: int) -> bytes:
    """A statement as CAMT.053."""
    entry = (
        "<Ntry><Amt Ccy='VND'>150000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
        "<BookgDt><Dt>2026-11-29</Dt></BookgDt><AcctSvcrRef>FT{}</AcctSvcrRef></Ntry>"
    )
    entries = "".join(entry.format(number) for number in range(rows))
    return f"<Document><BkToCstmrStmt><Stmt>{entries}</Stmt></BkToCstmrStmt></Document>".encode()


def banks_file(rows: int) -> bytes:
    """A settlement file of VietinBank."""
    row = {"recordType": "002", "amount": "150000", "transTime": "20261123100000", "custCode": "9PT1"}
    return statement.write_file([row] * rows, "P", "20261123", "key")


def workbook(rows: int) -> bytes:
    """A fee schedule as XLSX."""
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    made = book.create_sheet()
    made.append(list(schedules_workbook.COLUMNS.values()))
    for number in range(rows):
        made.append(["", f"PHI{number}", "Phí", "phi", "any", "any", "any", "any", 10_000])
    book.save(out)
    return out.getvalue()


def read_workbook(content: bytes) -> int:
    """Read the rows of a fee schedule; no database is asked."""
    first = schedules_workbook._sheets(io.BytesIO(content))[0]
    return sum(1 for _ in schedules_workbook._rows(first, schedules_workbook.COLUMNS))


def message(fields: int) -> bytes:
    """A JSON object of many fields, with what a scanner of brackets may stumble over."""
    return json.dumps({f"field{number}": ['\\"[{', number, {"a": "nộp phí"}] for number in range(fields)}).encode()


def query(size: int) -> str:
    """A query of few fields and long values."""
    return "vnp_TmnCode=A&merchant=B&vnp_OrderInfo=" + "n%E1%BB%99p+" * size


GROWING: dict[str, Growing] = {
    "PDF": Growing(4_000, paper, pdf_checks.fault_of),
    "picture": Growing(500, photo, read_picture),
    "HEIC": Growing(4, lambda rows: mosaic(8, rows), read_heic, has_threads=True),
    "photo with a QR code": Growing(500, lambda rows: photo(rows, "https://portal.test/giay-hen/abc"), code_in),
    "statement as CSV": Growing(2_000, lines, read_statement),
    "statement as XLSX": Growing(300, sheet, read_statement),
    "statement as MT940": Growing(300, swift, read_statement),
    "statement as CAMT.053": Growing(500, iso20022, read_statement),
    "statement of VietinBank": Growing(
        2_000, banks_file, lambda file: list(statement.read_file(io.BytesIO(file), "key", str))
    ),
    "fee workbook": Growing(150, workbook, read_workbook),
    "JSON of the API": Growing(4_000, message, lambda body: BoundedJSONParser().parse(io.BytesIO(body))),
    "message of a gateway": Growing(4_000, message, parsing.read_object),
    "form of a gateway": Growing(20_000, lambda size: b'data={"a":"' + b"x+" * size + b'"}', parsing.read_enveloped),
    "query of a gateway": Growing(
        20_000,
        query,
        lambda text: (parsing.read_query(text), VietinBankDirect.merchant_of(RawRequest("POST", "/", text, {}, b"{}"))),
    ),
    "CSP report": Growing(4_000, message, csp_report_views._read),
    "message shown to staff": Growing(1_000, message, lambda body: masking.message(body.decode())),
}
