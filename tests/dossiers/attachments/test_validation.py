"""The first look at a paper, while its sender waits: what is refused at once, and what people send is taken."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from fpdf import FPDF
from PIL import Image

from dossiers.attachments import validation

SCRIPT = b"<html><script>alert(1)</script>"
ARCHIVE_END = b"PK\x05\x06" + bytes(18)


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()


def half_a_picture() -> bytes:
    whole = picture(size=(400, 300))
    return whole[: len(whole) // 2]


def scan_of_two_pages() -> bytes:
    out = io.BytesIO()
    page = Image.new("RGB", (200, 300), "white")
    page.save(out, "PDF", save_all=True, append_images=[page])
    return out.getvalue()


def letter(**protection: Any) -> bytes:
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica")
    made.cell(text="Giay to")
    if protection:
        made.set_encryption(**protection)
    return bytes(made.output())


def written(inside: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + inside + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def stream_of_objects(inside: bytes, name: bytes = b"ObjStm") -> bytes:
    return written(
        b"<< /Type /%b /N 1 /First 4 /Filter /FlateDecode >>\nstream\n%b\nendstream" % (name, zlib.compress(inside))
    )


def giant() -> bytes:
    """A picture of a few bytes that says it has 900 million pixels."""
    small = picture("PNG")
    header = b"IHDR" + struct.pack("!II", 30_000, 30_000) + small[24:29]
    return small[:12] + header + struct.pack("!I", zlib.crc32(header)) + small[33:]


SCRIPTED = b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("anh.jpg", picture("GIF"), "Chỉ nhận ảnh"),
        ("anh.jpg", SCRIPT, "Chỉ nhận ảnh"),
        ("anh.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Chỉ nhận ảnh"),
        ("anh.jpg", b"", "Chỉ nhận ảnh"),
        ("anh.html", picture(comment=SCRIPT), "Chỉ nhận ảnh"),
        ("giay.pdf", picture(), "Chỉ nhận ảnh"),
        ("anh.jpg", scan_of_two_pages(), "Chỉ nhận ảnh"),
        ("anh.png", giant(), "Ảnh quá lớn"),
        ("giay.pdf", b"%PDF-1.7 half of it", "bị hỏng"),
        ("giay.pdf", scan_of_two_pages() + ARCHIVE_END, "bị hỏng"),
        ("giay.pdf", letter(owner_password="a", user_password="b"), "có mật khẩu"),
        ("giay.pdf", written(SCRIPTED), "chương trình"),
        ("giay.pdf", written(SCRIPTED.replace(b"/JavaScript", b"/J#61vaScript")), "chương trình"),
        ("giay.pdf", written(b"<< /S /Launch /F (cmd.exe) >>"), "chương trình"),
        ("giay.pdf", stream_of_objects(SCRIPTED), "chương trình"),
        ("giay.pdf", stream_of_objects(SCRIPTED, b"Obj#53tm"), "bị hỏng"),
        ("giay.pdf", stream_of_objects(bytes(40_000_000)), "bị hỏng"),
    ],
    ids=[
        "another kind of picture",
        "a page called a picture",
        "SVG",
        "empty",
        "a picture that is a page too",
        "a picture called PDF",
        "a PDF called picture",
        "bomb of pixels",
        "half a PDF",
        "PDF that is an archive too",
        "locked PDF",
        "PDF with a program",
        "its name written otherwise",
        "PDF that starts a program",
        "a program in an object stream",
        "a hidden object stream",
        "bomb in a PDF",
    ],
)
def test_what_is_refused_at_once_and_what_is_said(name: str, content: bytes, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        validation.read_upload(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("quet.pdf", scan_of_two_pages()),
        ("giay.PDF", letter()),
        ("giay.pdf", stream_of_objects(b"<< /Type /Catalog >>")),
        ("chup-man-hinh.jpg", picture("PNG")),
        ("image:1234", picture()),
    ],
    ids=["scan", "letter", "object stream", "PNG called JPG", "phone without endings"],
)
def test_what_people_send_is_taken(name: str, content: bytes) -> None:
    assert validation.read_upload(SimpleUploadedFile(name, content)).content == content
