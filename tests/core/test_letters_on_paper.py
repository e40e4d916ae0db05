"""Every letter of a name is printed, or the paper is refused aloud (D4); and found however its marks are typed (D5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest

from core.pdf.letters import UnprintableText, unprintable
from core.values.text import fold
from dossiers.printing.layout import SIZES, Sheet, render

NAMES = ("Y Ŏn Niê Kđăm", "H’Hen Niê", "Rơ Châm Ƀlŭk", "Ksor Ĕl", "Đặng Hữu Ưởng", "Иван Петров", "Łukasz Ñuñez")


def printed(name: str, size: str) -> str:
    sheet = Sheet(
        agency="UBND xã",
        title="Giấy",
        number="1",
        facts=(("Chủ hồ sơ", name),),
        printed_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    file = render(sheet, size)
    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(file))


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_of_a_name_is_printed(name: str, size: str) -> None:
    assert "".join(name.split()) in "".join(printed(name, size).split())


def test_a_paper_that_would_lose_letters_is_not_made() -> None:
    assert unprintable("王 Bình") == "王"
    with pytest.raises(UnprintableText):
        printed("王伟", sorted(SIZES)[0])


@pytest.mark.parametrize("typed", ["H'Hen Niê", "H’Hen Niê", "HʼHen nie", "h‘hen niê"])
def test_an_apostrophe_of_a_telephone_is_an_apostrophe(typed: str) -> None:
    assert fold(typed) == "h'hen nie"


def test_letters_of_the_highlands_are_found_without_their_marks() -> None:
    assert fold("Ƀlŭk Ĕl Ŏn") == "bluk el on"
