"""The first look at a paper, while its sender waits: what is refused at once, and what people send is taken."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from dossiers.attachments import validation
from tests.support.uploads import ARCHIVE_END, SCRIPT, bomb, giant, letter, picture, scan_of_two_pages


def document(inside: str = "[]", *, in_streams: bool = False, **saving: Any) -> bytes:
    """A page with an action of its own, written as PDF."""
    out = io.BytesIO()
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.OpenAction = made.make_indirect(pikepdf.Object.parse(inside.encode()))
    mode = pikepdf.ObjectStreamMode.generate if in_streams else pikepdf.ObjectStreamMode.disable
    made.save(out, object_stream_mode=mode, **saving)
    return out.getvalue()


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
