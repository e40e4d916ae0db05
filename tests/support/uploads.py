"""Files as people send them, whole, broken and hostile."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from django.test import Client
from fpdf import FPDF
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page

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


def tab(browser: Browser, url: str, client: Client, path: str) -> Page:
    """A phone's page at a server, with the cookies of a client."""
    window = browser.new_context(base_url=url, viewport={"width": 360, "height": 740})
    window.add_cookies([{"name": c.key, "value": c.value, "url": url} for c in client.cookies.values()])
    page = window.new_page()
    page.goto(path)
    return page


def choose(page: Page, **files: bytes) -> None:
    """Choose files at the first place of a page: their names, with _ for the point, and what is in them."""
    chosen: list[FilePayload] = [
        {"name": name.replace("_", "."), "mimeType": "image/jpeg", "buffer": content} for name, content in files.items()
    ]
    page.set_input_files("input[type=file] >> nth=0", chosen)
