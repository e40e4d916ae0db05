"""A paper as data, and its PDF: A4 for the file, A5 to hand out, 80 mm for the counter's roll printer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import segno
from fpdf import FPDF

from payments.receipt_pdf import FONT, FONTS

#: Name → width, height and margin in millimetres; a roll is as long as what stands on it.
SIZES = {"a4": (210, 297, 20), "a5": (148, 210, 12), "80": (80, 2000, 4)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a paper, top to bottom. `note` is printed first: a copy, something withdrawn.

    `widths` are shares of the columns; without them all are alike.
    """

    agency: str
    title: str
    number: str
    facts: Sequence[tuple[str, str]]
    printed_at: datetime
    paragraphs: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default=())
    widths: Sequence[int] = ()
    signatures: Sequence[tuple[str, str]] = ()
    form: str = ""
    qr: str = ""
    qr_note: str = ""
    note: str = ""


def render(sheet: Sheet, size: str) -> bytes:
    """Return the PDF of a sheet. The same sheet gives the same bytes."""
    if size == "80":
        height = _draw(sheet, "80", SIZES["80"][1])[1]
        return bytes(_draw(sheet, "80", height + 6)[0].output())
    return bytes(_draw(sheet, size, SIZES[size][1])[0].output())


def _draw(sheet: Sheet, size: str, height: float) -> tuple[FPDF, float]:
    width, _height, margin = SIZES[size]
    pdf = FPDF(format=(width, height))
    pdf.set_creation_date(sheet.printed_at)
    pdf.set_title(f"{sheet.title} {sheet.number}")
    pdf.set_lang("vi-VN")
    pdf.set_margin(margin)
    pdf.set_auto_page_break(auto=size != "80", margin=margin)
    pdf.add_font(FONT, "", FONTS / "BeVietnamPro-Regular.ttf")
    pdf.add_font(FONT, "B", FONTS / "BeVietnamPro-Bold.ttf")
    pdf.add_page()
    base = {"a4": 11.0, "a5": 9.5, "80": 8.5}[size]
    _head(pdf, sheet, base)
    for label, value in sheet.facts:
        _text(pdf, f"{label}: {value}", base)
    for paragraph in sheet.paragraphs:
        pdf.ln(1)
        _text(pdf, paragraph, base)
    if sheet.rows:
        _table(pdf, sheet, base, is_narrow=size == "80")
    _signatures(pdf, sheet, base, is_narrow=size == "80")
    if sheet.qr:
        _qr(pdf, sheet, base)
    return pdf, pdf.get_y()


def _text(pdf: FPDF, text: str, size: float, *, bold: bool = False, align: str = "L") -> None:
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.multi_cell(0, size * 0.53, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _head(pdf: FPDF, sheet: Sheet, base: float) -> None:
    _text(pdf, sheet.agency, base, bold=True)
    if sheet.form:
        _text(pdf, sheet.form, base - 2, align="R")
    pdf.ln(2)
    _text(pdf, sheet.title.upper(), base + 3, bold=True, align="C")
    _text(pdf, sheet.number, base, align="C")
    if sheet.note:
        _text(pdf, sheet.note, base, bold=True, align="C")
    pdf.ln(2)


def _table(pdf: FPDF, sheet: Sheet, base: float, *, is_narrow: bool) -> None:
    pdf.ln(2)
    if is_narrow:  # columns have no room on a roll: a row is a line
        for row in sheet.rows:
            _text(pdf, " · ".join(cell for cell in row if cell), base)
        return
    pdf.set_font(FONT, "", base - 1)
    with pdf.table(line_height=base * 0.55, padding=1, col_widths=sheet.widths or None) as table:
        for cells in (sheet.columns, *sheet.rows):
            table.row(cells)


def _signatures(pdf: FPDF, sheet: Sheet, base: float, *, is_narrow: bool) -> None:
    if not sheet.signatures:
        return
    pdf.ln(4)
    if is_narrow:
        for role, name in sheet.signatures:
            _text(pdf, f"{role}: {name}", base)
            pdf.ln(10)
        return
    each = pdf.epw / len(sheet.signatures)
    for style, position in (("B", 0), ("", 1)):
        pdf.set_font(FONT, style, base)
        for signature in sheet.signatures:
            pdf.cell(each, 6, signature[position], align="C")
        pdf.ln(22 if position == 0 else 8)


def _qr(pdf: FPDF, sheet: Sheet, base: float) -> None:
    image, side = io.BytesIO(), 28
    segno.make(sheet.qr, error="m", micro=False).save(image, kind="png", scale=6, border=4)
    if pdf.auto_page_break and pdf.get_y() + side > pdf.h - pdf.b_margin:
        pdf.add_page()
    top = pdf.get_y() + 2
    pdf.image(image, x=pdf.l_margin, y=top, w=side, alt_text=sheet.qr_note)
    pdf.set_xy(pdf.l_margin + side + 3, top + 4)
    pdf.set_font(FONT, "", base - 1)
    pdf.multi_cell(0, 5, sheet.qr_note)
    pdf.set_xy(pdf.l_margin, max(pdf.get_y(), top + side))
