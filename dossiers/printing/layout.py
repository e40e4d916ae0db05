"""Page layout as data, rendered to PDF: A4, A5 and 80 mm."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import segno

from core.pdf.tagged import FONT, TaggedPDF

#: Name → width, height and margin in millimetres; a roll is as long as its content.
SIZES = {"a4": (210, 297, 20), "a5": (148, 210, 12), "80": (80, 2000, 4)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Content of a printed form, top to bottom. `note` is printed first: a copy, something withdrawn.

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


def _draw(sheet: Sheet, size: str, height: float) -> tuple[TaggedPDF, float]:
    width, _height, margin = SIZES[size]
    pdf = TaggedPDF(f"{sheet.title} {sheet.number}", (width, height), margin)
    pdf.set_creation_date(sheet.printed_at)
    pdf.set_auto_page_break(auto=size != "80", margin=margin)
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


def _text(pdf: TaggedPDF, text: str, size: float, **shape: Any) -> None:
    pdf.say(text, size=size, height=size * 0.53, **shape)


def _head(pdf: TaggedPDF, sheet: Sheet, base: float) -> None:
    _text(pdf, sheet.agency, base, bold=True)
    if sheet.form:
        _text(pdf, sheet.form, base - 2, align="R")
    pdf.ln(2)
    _text(pdf, sheet.title.upper(), base + 3, bold=True, align="C", tag="H1")
    _text(pdf, sheet.number, base, align="C")
    if sheet.note:
        _text(pdf, sheet.note, base, bold=True, align="C")
    pdf.ln(2)


def _table(pdf: TaggedPDF, sheet: Sheet, base: float, *, is_narrow: bool) -> None:
    pdf.ln(2)
    if is_narrow:  # columns have no room on a roll: a row is a line
        for row in sheet.rows:
            _text(pdf, " · ".join(cell for cell in row if cell), base)
        return
    pdf.set_font(FONT, "", base - 1)
    rows = (sheet.columns, *sheet.rows)
    pdf.ruled(rows, line_height=base * 0.55, padding=1, col_widths=sheet.widths or None)


def _signatures(pdf: TaggedPDF, sheet: Sheet, base: float, *, is_narrow: bool) -> None:
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
            with pdf.tagged("P"):
                pdf.cell(each, 6, signature[position], align="C")
        pdf.ln(22 if position == 0 else 8)


def _qr(pdf: TaggedPDF, sheet: Sheet, base: float) -> None:
    image, side = io.BytesIO(), 28
    segno.make(sheet.qr, error="m", micro=False).save(image, kind="png", scale=6, border=4)
    if pdf.auto_page_break and pdf.get_y() + side > pdf.h - pdf.b_margin:
        pdf.add_page()
    top = pdf.get_y() + 2
    pdf.show(image, f"Mã QR của {sheet.number}", x=pdf.l_margin, y=top, w=side)
    pdf.set_xy(pdf.l_margin + side + 3, top + 4)
    pdf.say(sheet.qr_note, size=base - 1, height=5, new_x="RIGHT")
    pdf.set_xy(pdf.l_margin, max(pdf.get_y(), top + side))
