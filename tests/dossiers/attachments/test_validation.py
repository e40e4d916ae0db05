"""The first look at a paper, while its sender waits: what is refused at once, and what people send is taken."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pikepdf
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


def document(inside: str = "[]", *, in_streams: bool = False, **saving: Any) -> bytes:
    """A page with an action of its own, written as PDF."""
    out = io.BytesIO()
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.OpenAction = made.make_indirect(pikepdf.Object.parse(inside.encode()))
    mode = pikepdf.ObjectStreamMode.generate if in_streams else pikepdf.ObjectStreamMode.disable
    made.save(out, object_stream_mode=mode, **saving)
    return out.getvalue()


def bomb(size: int = 40_000_000) -> bytes:
    """A PDF whose only object stream comes to so many bytes."""
    inside = zlib.compress(
        b"1 0 2 40 "
        + b"<< /Type /Catalog /Pages 2 0 R >>".ljust(40)
        + b"<< /Type /Pages /Count 1 /Kids [<< /Type /Page /MediaBox [0 0 9 9] >>] >>"
        + bytes(size)
    )
    head = b"%%PDF-1.7\n3 0 obj\n<< /Type /ObjStm /N 2 /First 9 /Filter /FlateDecode /Length %d >>\nstream\n" % len(
        inside
    )
    body = head + inside + b"\nendstream\nendobj\n"
    places = [(0, 0, 0), (2, 3, 0), (2, 3, 1), (1, 9, 0), (1, len(body), 0)]
    table = b"".join(struct.pack("!BIB", *place) for place in places)
    return body + (
        b"4 0 obj\n<< /Type /XRef /Size 5 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n" % len(table)
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )


def giant() -> bytes:
    """A picture of a few bytes that says it has 900 million pixels."""
    small = picture("PNG")
    header = b"IHDR" + struct.pack("!II", 30_000, 30_000) + small[24:29]
    return small[:12] + header + struct.pack("!I", zlib.crc32(header)) + small[33:]


SCRIPTED = "<< /S /JavaScript /JS (app.alert(1)) >>"


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
        ("giay.pdf", document(SCRIPTED), "chương trình"),
        ("giay.pdf", document(SCRIPTED).replace(b"/JavaScript", b"/J#61vaScript"), "chương trình"),
        ("giay.pdf", document("<< /S /Launch /F (cmd.exe) >>"), "chương trình"),
        ("giay.pdf", document("[[[<< /A << /EF << /F << /Type /EmbeddedFile >> >> >> >>]]]"), "chương trình"),
        ("giay.pdf", document(SCRIPTED, in_streams=True), "chương trình"),
        ("giay.pdf", document(SCRIPTED, encryption=pikepdf.Encryption(owner="a", user="")), "chương trình"),
        ("giay.pdf", b"%PDF-1.7\n1 0 obj\n<< /A " + b"[" * 100_000 + b"\n%%EOF\n", "bị hỏng"),
        ("giay.pdf", bomb(), "bị hỏng"),
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
        "a file in the file, deep inside",
        "a program in an object stream",
        "a program behind an owner's password",
        "nested without end",
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
        ("giay.pdf", document(in_streams=True)),
        ("giay.pdf", letter(owner_password="a", user_password="")),
        ("giay.pdf", bomb(100)),
        ("chup-man-hinh.jpg", picture("PNG")),
        ("image:1234", picture()),
    ],
    ids=["scan", "letter", "object stream", "owner's password", "no bomb", "PNG called JPG", "phone without endings"],
)
def test_what_people_send_is_taken(name: str, content: bytes) -> None:
    assert validation.read_upload(SimpleUploadedFile(name, content)).content == content
