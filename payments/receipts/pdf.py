"""A receipt as PDF: Vietnamese fonts embedded, a QR that leads to its verification.

The same receipt gives the same bytes: nothing in it depends on when it is printed.
"""

from __future__ import annotations

import hashlib
import io

import segno
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from num2words import num2words

from core.pdf.tagged import FONT, TaggedPDF
from core.values.money import dong
from payments.models import Receipt

from .names import Named

#: Millimetres, upright; fpdf2 names an A5 of other dimensions.
A5 = (148, 210)
MARGIN = 12
QR_SIZE = 30


def verification_url(receipt: Receipt) -> str:
    """Return where anybody may check a receipt; it says nothing about the payer.

    Its mark shows that whoever asks has the receipt and does not count numbers up: they are never asked for a proof.
    """
    path = reverse("verify-receipt", args=[receipt.full_number])
    return f"{settings.BASE_URL}{path}?quyen={receipt.series_id}&dau={mark_of(receipt)}"


def mark_of(receipt: Receipt) -> str:
    """Return 64 bits that only the receipt has. Of its token: no change of keys spoils what is printed."""
    return hashlib.sha256(f"verify {receipt.token}".encode()).hexdigest()[:16]


def answer(receipt: Receipt, named: Named) -> HttpResponse:
    """Return the file as a browser or a client gets it; its name tells a copy with the masked name from the whole."""
    response = HttpResponse(render(receipt, named), content_type="application/pdf")
    name = receipt.full_number if named.is_whole else f"{receipt.full_number}-ten-viet-tat"
    response["Content-Disposition"] = f'inline; filename="bien-lai-{name}.pdf"'
    return response


def render(receipt: Receipt, named: Named) -> bytes:
    """Return one A5 page. Reads `series`, `payment`, `bill` and `cancellation`."""
    pdf = TaggedPDF(f"Biên lai {receipt.full_number}", A5, MARGIN, orientation="landscape")
    pdf.set_creation_date(receipt.issued_at)
    pdf.set_auto_page_break(auto=True, margin=MARGIN)
    _head(pdf, receipt)
    _body(pdf, receipt, named)
    _foot(pdf, receipt)
    return bytes(pdf.output())


def _head(pdf: TaggedPDF, receipt: Receipt) -> None:
    top = pdf.get_y()
    pdf.say(receipt.agency_name, size=10, height=6, bold=True, w=pdf.epw - 75)
    below = pdf.get_y()
    pdf.set_xy(pdf.w - MARGIN - 70, top)
    numbers = f"Mẫu số: {receipt.series.template}\nKý hiệu, số: {receipt.full_number}"
    pdf.say(numbers, size=9, height=5, w=70, align="R")
    pdf.set_y(max(pdf.get_y(), below) + 3)
    with translation.override("vi"):
        title = str(receipt.title)
    pdf.say(title.upper(), size=16, height=9, bold=True, align="C", tag="H1")
    pdf.ln(2)


def _body(pdf: TaggedPDF, receipt: Receipt, named: Named) -> None:
    facts = (
        ("Người nộp", named.payer if named.is_whole else f"{named.payer} (tên viết tắt vì mở bằng đường dẫn)"),
        ("Hồ sơ", receipt.bill.reference),
        ("Nội dung thu", receipt.bill.description),
        ("Ngày thu", f"{timezone.localtime(receipt.issued_at):%H:%M ngày %d/%m/%Y}"),
        ("Mã giao dịch", receipt.payment.gateway_ref),
    )
    for label, value in facts:
        with pdf.tagged("P"):
            pdf.set_font(FONT, "", 10)
            pdf.cell(32, 6, f"{label}:")
            pdf.set_font(FONT, "B", 10)
            pdf.multi_cell(pdf.epw - 32, 6, value, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    pdf.set_font(FONT, "", 10)
    lines = [(line["description"], dong(line["amount"])) for line in receipt.lines]
    pdf.ruled(
        (("Khoản thu", "Số tiền"), *lines),
        borders_layout="HORIZONTAL_LINES",
        col_widths=(78, 22),
        text_align=("LEFT", "RIGHT"),
        line_height=5,
        padding=1,
    )
    pdf.ln(2)
    pdf.say(f"Tổng cộng: {dong(receipt.amount)}", size=13, height=8, bold=True, align="R")
    words = num2words(receipt.amount, lang="vi").capitalize()
    pdf.say(f"Bằng chữ: {words} đồng.", size=10, height=6)


def _foot(pdf: TaggedPDF, receipt: Receipt) -> None:
    if receipt.is_cancelled:
        pdf.set_text_color(163, 33, 15)
        pdf.say(f"ĐÃ HỦY: {receipt.cancellation.reason}", size=13, height=8, bold=True)
        pdf.set_text_color(0)
    image = io.BytesIO()
    segno.make(verification_url(receipt), error="m").save(image, kind="png", scale=6, border=2)
    if pdf.will_page_break(QR_SIZE):
        pdf.add_page()
    y = pdf.get_y()
    pdf.show(image, f"Mã QR xác minh biên lai {receipt.full_number}", x=MARGIN, y=y, w=QR_SIZE)
    pdf.set_xy(MARGIN + QR_SIZE + 4, y + 8)
    pdf.say("Quét mã để xác minh biên lai này trên trang của tỉnh.", size=9, height=5, w=110)
