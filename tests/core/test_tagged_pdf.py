"""Papers a screen reader can read (U-22): language, title, headings, tables and pictures, read by PDFium."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pypdfium2
import pytest

from dossiers.printing.layout import SIZES, Sheet, render
from payments.models import Receipt
from payments.receipts import pdf as receipt_pdf
from payments.receipts.names import whole
from portal.public import poster_pdf
from tests.support.payments.receipts import receipt  # noqa: F401 - fixtures
from tests.support.reading_pdf import Tag, language, tags

MANY = Sheet(
    agency="UBND Phường Việt Trì",
    title="Sổ theo dõi hồ sơ",
    number="Tháng 11/2026",
    facts=(("Số hồ sơ", "80"),),
    printed_at=datetime(2026, 11, 23, tzinfo=UTC),
    columns=("STT", "Chủ hồ sơ"),
    rows=[(str(number), "Nguyễn Thị Ngọc Ưởng") for number in range(80)],
    signatures=(("Người nộp", "Bình"), ("Người nhận", "An")),
    qr="https://example.vn/",
    qr_note="Quét mã để theo dõi hồ sơ.",
)


def kinds(page: list[Tag]) -> list[str]:
    return [tag.kind for tag in page]


def assert_every_letter_is_tagged(file: bytes) -> None:
    """Each mark of a page's content is in the tree, once, in the order it is written; nothing stands outside marks."""
    document = pypdfium2.PdfDocument(file)
    for page, read in zip(document, tags(file), strict=True):
        marks = [mark for tag in read for mark in tag.marks]
        assert marks == list(range(len(marks)))
        for number in range(pypdfium2.raw.FPDFPage_CountObjects(page.raw)):
            drawn = pypdfium2.raw.FPDFPage_GetObject(page.raw, number)
            assert pypdfium2.raw.FPDFPageObj_CountMarks(drawn) == 1, number


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_read_aloud_in_its_order(receipt: Receipt) -> None:  # noqa: F811
    file = receipt_pdf.render(receipt, whole(receipt))
    assert language(file) == "vi-VN"
    assert pypdfium2.PdfDocument(file).get_metadata_value("Title") == f"Biên lai {receipt.full_number}"
    assert re.search(rb"/DisplayDocTitle true", file)
    [page] = tags(file)
    assert kinds(page[0].children) == ["P", "P", "H1", *["P"] * 5, "Table", "P", "P", "Figure", "P"]
    table = next(tag for tag in page if tag.kind == "Table")
    assert [kinds(row.children) for row in table.children] == [["TH", "TH"], ["TD", "TD"]]
    [picture] = [tag for tag in page if tag.kind == "Figure"]
    assert receipt.full_number in picture.alt
    assert_every_letter_is_tagged(file)


@pytest.mark.parametrize("size", SIZES)
def test_a_register_of_many_pages_keeps_its_tags_on_each(size: str) -> None:
    file = render(MANY, size)
    pages = tags(file)
    assert language(file) == "vi-VN"
    assert sum(kind == "H1" for page in pages for kind in kinds(page)) == 1
    if size != "80":
        assert len(pages) > 2
        assert all(kinds(page).count("TH") == 2 for page in pages if "TD" in kinds(page)), "headed on every page"
        assert sum(kinds(page).count("TD") for page in pages) == 160
    assert_every_letter_is_tagged(file)


def test_the_pictures_of_a_poster_have_words() -> None:
    file = poster_pdf.render("UBND Phường Việt Trì", "https://example.vn/huong-dan/quay/1/")
    [page] = tags(file)
    assert [bool(tag.alt) for tag in page if tag.kind == "Figure"] == [True] * 5
    assert_every_letter_is_tagged(file)


def test_a_paragraph_over_two_pages_is_marked_on_both() -> None:
    long = Sheet("A", "T", "1", (), MANY.printed_at, paragraphs=["rất dài " * 1500])
    file = render(long, "a5")
    assert len(tags(file)) > 1
    assert all("P" in kinds(page) for page in tags(file))
    assert_every_letter_is_tagged(file)
