"""The poster of a counter as PDF: A4, a QR that scans from more than a metre, four pictures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import segno
from django.conf import settings

from core.pdf.tagged import TaggedPDF
from portal.templatetags.contact import HOTLINE

PICTURES = Path(settings.BASE_DIR) / "static" / "pictures"
A4 = (210, 297)
MARGIN = 15
#: Millimetres. A phone reads a QR from some ten times its width.
QR_SIZE = 120
STEPS = (
    ("scan-slip", "Quét mã trên giấy hẹn"),
    ("amount", "Xem số tiền"),
    ("bank", "Nộp bằng ứng dụng ngân hàng"),
    ("paid", "Thấy ĐÃ NỘP là xong"),
)


def render(agency_name: str, address: str) -> bytes:
    """Return one A4 page for an agency's wall; its QR opens `address`."""
    pdf = TaggedPDF(f"Nộp phí tại {agency_name}", A4, MARGIN)
    pdf.set_auto_page_break(auto=False)
    _text(pdf, "Nộp phí bằng điện thoại", size=34, height=16, bold=True, tag="H1")
    _text(pdf, agency_name, size=18, height=10)
    image = io.BytesIO()
    segno.make(address, error="m").save(image, kind="png", scale=12, border=4)
    pdf.show(image, f"Mã QR mở {address}", x=(pdf.w - QR_SIZE) / 2, y=pdf.get_y() + 3, w=QR_SIZE)
    pdf.set_y(pdf.get_y() + QR_SIZE + 5)
    _text(pdf, "Mở máy ảnh, đưa vào mã này", size=18, height=9, bold=True)
    _text(pdf, address, size=11, height=7)
    _steps(pdf, pdf.get_y() + 5)
    pdf.set_y(pdf.h - MARGIN - 24)
    _text(pdf, "Cán bộ không bao giờ yêu cầu chuyển tiền vào tài khoản cá nhân.", size=13, height=8, bold=True)
    _text(pdf, f"Cần giúp: hỏi cán bộ tại quầy, hoặc gọi {HOTLINE}.", size=13, height=8)
    return bytes(pdf.output())


def _text(pdf: TaggedPDF, text: str, **shape: Any) -> None:
    pdf.say(text, align="C", **shape)


def _steps(pdf: TaggedPDF, top: float) -> None:
    width = (pdf.w - 2 * MARGIN - 3 * 4) / 4
    for number, (picture, words) in enumerate(STEPS):
        left = MARGIN + number * (width + 4)
        pdf.show(PICTURES / f"{picture}.svg", f"Hình: {words}", x=left, y=top, w=width)
        pdf.set_xy(left, top + width * 2 / 3 + 2)
        _text(pdf, f"{number + 1}. {words}", size=12, height=6, bold=True, w=width)
