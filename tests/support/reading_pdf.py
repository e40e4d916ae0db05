"""Reads a PDF's tags the way a screen reader does: by PDFium, not by what wrote them."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium


@dataclass
class Tag:
    """One element of a page: its kind, the words for a picture, the marks it holds, what is in it."""

    kind: str
    alt: str
    marks: list[int]
    children: list[Tag] = field(default_factory=list)

    def all(self) -> list[Tag]:
        """Return this element and all beneath it, in reading order."""
        return [self, *(tag for child in self.children for tag in child.all())]


def language(file: bytes) -> str:
    """Return the document's language."""
    document = pypdfium2.PdfDocument(file)
    return _text(pdfium.FPDFCatalog_GetLanguage, document.raw)


def tags(file: bytes) -> list[list[Tag]]:
    """Return the elements of each page, without the tree's root. Raises AssertionError for a file without tags."""
    document = pypdfium2.PdfDocument(file)
    assert pdfium.FPDFCatalog_IsTagged(document.raw)
    return [_page(page) for page in document]


def _page(page: Any) -> list[Tag]:
    tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
    tops = [
        _tag(pdfium.FPDF_StructTree_GetChildAtIndex(tree, number))
        for number in range(pdfium.FPDF_StructTree_CountChildren(tree))
    ]
    pdfium.FPDF_StructTree_Close(tree)
    return [tag for top in tops for tag in top.all()]


def _tag(element: Any) -> Tag:
    number = pdfium.FPDF_StructElement_GetMarkedContentIdCount(element)
    marks = [pdfium.FPDF_StructElement_GetMarkedContentIdAtIndex(element, each) for each in range(max(number, 0))]
    children = [
        _tag(child)
        for each in range(pdfium.FPDF_StructElement_CountChildren(element))
        if (child := pdfium.FPDF_StructElement_GetChildAtIndex(element, each))
    ]
    kind = _text(pdfium.FPDF_StructElement_GetType, element)
    alt = _text(pdfium.FPDF_StructElement_GetAltText, element)
    return Tag(kind, alt, [mark for mark in marks if mark >= 0], children)


def _text(read: Any, of: Any) -> str:
    size = read(of, None, 0)
    buffer = ctypes.create_string_buffer(size)
    read(of, ctypes.cast(buffer, read.argtypes[1]), size)
    return buffer.raw.decode("utf-16-le").rstrip("\0")
