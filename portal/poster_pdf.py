"""The poster of a counter as a PDF: one A4 page, a QR to scan from more than a metre, four pictures."""

from __future__ import annotations

import io
from pathlib import Path

import segno
from django.conf import settings
from fpdf import FPDF

from payments.receipt_pdf import FONT, FONTS

PICTURES = Path(settings.BASE_DIR) / "static" / "pictures"
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
    pdf = FPDF(format="A4")
    pdf.set_title(f"Nộp phí tại {agency_name}")
    pdf.set_lang("vi-VN")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(auto=False)
    pdf.add_font(FONT, "", FONTS / "BeVietnamPro-Regular.ttf")
    pdf.add_font(FONT, "B", FONTS / "BeVietnamPro-Bold.ttf")
    pdf.add_page()
    _text(pdf, "Nộp phí bằng điện thoại", size=34, height=16, bold=True)
    _text(pdf, agency_name, size=18, height=10)
    image = io.BytesIO()
    segno.make(address, error="m").save(image, kind="png", scale=12, border=4)
    pdf.image(image, x=(pdf.w - QR_SIZE) / 2, y=pdf.get_y() + 3, w=QR_SIZE, alt_text=f"Mã QR mở {address}")
    pdf.set_y(pdf.get_y() + QR_SIZE + 5)
    _text(pdf, "Mở máy ảnh, đưa vào mã này", size=18, height=9, bold=True)
    _text(pdf, address, size=11, height=7)
    _steps(pdf, pdf.get_y() + 5)
    pdf.set_y(pdf.h - MARGIN - 24)
    _text(pdf, "Cán bộ không bao giờ yêu cầu chuyển tiền vào tài khoản cá nhân.", size=13, height=8, bold=True)
    _text(pdf, "Cần giúp: hỏi cán bộ tại quầy, hoặc gọi 0210 2222 555.", size=13, height=8)
    return bytes(pdf.output())


def _text(pdf: FPDF, text: str, *, size: float, height: float, bold: bool = False) -> None:
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.multi_cell(0, height, text, align="C", new_x="LMARGIN", new_y="NEXT")


def _steps(pdf: FPDF, top: float) -> None:
    width = (pdf.w - 2 * MARGIN - 3 * 4) / 4
    for number, (picture, words) in enumerate(STEPS):
        left = MARGIN + number * (width + 4)
        pdf.image(PICTURES / f"{picture}.svg", x=left, y=top, w=width, alt_text=words)
        pdf.set_xy(left, top + width * 2 / 3 + 2)
        pdf.set_font(FONT, "B", 12)
        pdf.multi_cell(width, 6, f"{number + 1}. {words}", align="C")
