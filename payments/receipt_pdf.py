"""A receipt as a PDF to print and keep: Vietnamese fonts inside, a QR that leads to its verification.

The same receipt gives the same bytes: nothing in it depends on when it is printed.
"""

from __future__ import annotations

import io
from pathlib import Path

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from fpdf import FPDF
from num2words import num2words

from .models import Receipt

FONTS = Path(__file__).parent / "fonts"
FONT = "BeVietnamPro"
#: Millimetres, upright; fpdf2 names an A5 of other dimensions.
A5 = (148, 210)
MARGIN = 12
QR_SIZE = 30


def verification_url(receipt: Receipt) -> str:
    """Return where anybody may check a receipt; it says nothing about the payer."""
    return f"{settings.BASE_URL}{reverse('verify-receipt', args=[receipt.full_number])}?quyen={receipt.series_id}"


def render(receipt: Receipt) -> bytes:
    """Return one A5 page. Reads `series`, `payment`, `bill` and `cancellation`."""
    pdf = FPDF(orientation="landscape", format=A5)
    pdf.set_creation_date(receipt.issued_at)
    pdf.set_title(f"Biên lai {receipt.full_number}")
    pdf.set_lang("vi-VN")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(auto=True, margin=MARGIN)
    pdf.add_font(FONT, "", FONTS / "BeVietnamPro-Regular.ttf")
    pdf.add_font(FONT, "B", FONTS / "BeVietnamPro-Bold.ttf")
    pdf.add_page()
    _head(pdf, receipt)
    _body(pdf, receipt)
    _foot(pdf, receipt)
    return bytes(pdf.output())


def _text(pdf: FPDF, text: str, *, size: float = 10, bold: bool = False, align: str = "L", height: float = 6) -> None:
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.multi_cell(0, height, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _head(pdf: FPDF, receipt: Receipt) -> None:
    top = pdf.get_y()
    _text(pdf, receipt.agency_name, bold=True)
    pdf.set_xy(pdf.w - MARGIN - 70, top)
    pdf.set_font(FONT, "", 9)
    pdf.multi_cell(70, 5, f"Mẫu số: {receipt.series.template}\nKý hiệu, số: {receipt.full_number}", align="R")
    pdf.set_xy(MARGIN, top + 14)
    with translation.override("vi"):
        title = str(receipt.title)
    _text(pdf, title.upper(), size=16, bold=True, align="C", height=9)
    pdf.ln(2)


def _body(pdf: FPDF, receipt: Receipt) -> None:
    facts = (
        ("Người nộp", receipt.payer_name),
        ("Hồ sơ", receipt.bill.reference),
        ("Ngày thu", f"{timezone.localtime(receipt.issued_at):%H:%M ngày %d/%m/%Y}"),
        ("Mã giao dịch", receipt.payment.gateway_ref),
    )
    for label, value in facts:
        pdf.set_font(FONT, "", 10)
        pdf.cell(32, 6, f"{label}:")
        pdf.set_font(FONT, "B", 10)
        pdf.multi_cell(pdf.w - 2 * MARGIN - 32, 6, value, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    pdf.set_font(FONT, "", 10)
    for line in receipt.lines:
        pdf.cell(pdf.w - 2 * MARGIN - 45, 7, line["description"][:90], border="B")
        pdf.cell(45, 7, _dong(line["amount"]), border="B", align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    _text(pdf, f"Tổng cộng: {_dong(receipt.amount)}", size=13, bold=True, align="R", height=8)
    _text(pdf, f"Bằng chữ: {num2words(receipt.amount, lang='vi').capitalize()} đồng.")


def _foot(pdf: FPDF, receipt: Receipt) -> None:
    if receipt.is_cancelled:
        pdf.set_text_color(163, 33, 15)
        _text(pdf, f"ĐÃ HỦY: {receipt.cancellation.reason}", size=13, bold=True, height=8)
        pdf.set_text_color(0)
    image = io.BytesIO()
    segno.make(verification_url(receipt), error="m").save(image, kind="png", scale=6, border=2)
    y = min(pdf.get_y() + 2, pdf.h - MARGIN - QR_SIZE)
    pdf.image(image, x=MARGIN, y=y, w=QR_SIZE, alt_text="Mã QR xác minh biên lai")
    pdf.set_xy(MARGIN + QR_SIZE + 4, y + 6)
    pdf.set_font(FONT, "", 9)
    pdf.multi_cell(
        110, 5, "Quét mã để xác minh biên lai này trên trang của tỉnh.\nBiên lai điện tử, không cần chữ ký, con dấu."
    )


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + " đ"
