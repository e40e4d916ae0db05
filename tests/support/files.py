"""Files as people send them."""

from __future__ import annotations

from fpdf import FPDF


def pdf(text: str) -> bytes:
    """Return a PDF of one page that any reader opens."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica")
    document.cell(text=text)
    return bytes(document.output())
