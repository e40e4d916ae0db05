"""Papers of people from everywhere: each kind by its own rules, none by those of the căn cước (D1)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from core.values.documents import Document, DocumentKind, countries, country_choices, doubts_about, read_document

PASSPORT, CCCD = DocumentKind.PASSPORT, DocumentKind.CCCD


@pytest.mark.parametrize(
    ("kind", "number", "country", "read"),
    [
        ("passport", "C01X00T47", "DE", Document(PASSPORT, "C01X00T47", "DE")),
        ("passport", "m 123a4567", "KR", Document(PASSPORT, "M123A4567", "KR")),
        ("passport", "51 No 1234567", "RU", Document(PASSPORT, "51NO1234567", "RU")),
        ("passport", "512345678", "US", Document(PASSPORT, "512345678", "US")),
        ("passport", "P00123456", "VN", Document(PASSPORT, "P00123456", "VN")),
        ("permanent", "VN-012345", "CN", Document(DocumentKind.PERMANENT, "VN012345", "CN")),
        ("temporary", "NT1234567", "", Document(DocumentKind.TEMPORARY, "NT1234567")),
        ("origin", "025190000123", "", Document(DocumentKind.ORIGIN, "025190000123")),
        ("other", "HC-12345", "DE", Document(DocumentKind.OTHER, "HC12345")),
        ("cccd", "025 190 000 123", "DE", Document(CCCD, "025190000123")),
        ("", "025190000123", "", Document(CCCD, "025190000123")),
        ("cccd", "131 234 567", "", Document(DocumentKind.CMND, "131234567")),
        ("cmnd", "131234567", "", Document(DocumentKind.CMND, "131234567")),
    ],
)
def test_each_paper_is_read_by_its_kind(kind: str, number: str, country: str, read: Document) -> None:
    assert read_document(kind, number, country) == read


@pytest.mark.parametrize(
    ("kind", "number", "country", "why"),
    [
        ("cccd", "C01X00T47", "", "length"),
        ("cmnd", "025190000123", "", "number"),
        ("origin", "131234567", "", "number"),
        ("passport", "C01X00T47", "", "country"),
        ("passport", "C01X00T47", "XX", "country"),
        ("passport", "???", "DE", "number"),
        ("passport", "ABCDEFG", "DE", "number"),
        ("passport", "000000000", "DE", "number"),
        ("passport", "Đ12345678", "DE", "number"),
        ("passport", "A" * 18 + "123", "DE", "number"),
    ],
)
def test_what_no_such_paper_bears_is_refused(kind: str, number: str, country: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_document(kind, number, country)
    assert refused.value.code == why


def test_a_passport_is_no_doubtful_can_cuoc() -> None:
    assert doubts_about(Document(PASSPORT, "C01X00T47", "DE")) == []
    assert len(doubts_about(Document(CCCD, "003190000123"))) == 1


def test_it_is_told_in_the_readers_language() -> None:
    paper = Document(PASSPORT, "C01X00T47", "DE")
    assert str(paper) == "Hộ chiếu (Đức): C01X00T47"
    with translation.override("en"):
        assert str(paper) == "Passport (Germany): C01X00T47"
        assert ("KR", "South Korea") in country_choices()
    names = [name for _code, name in country_choices()]
    assert len(names) == len(countries()) > 190 and names.index("Đức") < names.index("Pháp")
