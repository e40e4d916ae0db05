"""One tolerant reader for every code: typed, dictated, pasted with what stands around it (D7)."""

from __future__ import annotations

import pytest

from core.values.codes import code_and_pin, compact, digits, dossier_code, draft_code, receipt_number

CODE = "H44402611230001"


@pytest.mark.parametrize(
    "typed",
    [
        "H44.40-261123-0001",
        "h44.40-261123-0001 ",
        "H44402611230001",
        "h44 40 261123 0001",
        "H44.40–261123–0001",  # en dashes of a telephone
        "H44.40—261123—0001",
        "H44 . 40 - 261123 - 0001",
        "H44.40_261123_0001",
        "Mã hồ sơ: H44.40-261123-0001",
        "Ho so H44.40-261123-0001: da nhan. Theo doi va nop phi tren trang cua tinh. Mot Cua Phu Tho.",
        "Mã hồ sơ H44.40-261123-0001, PIN 4711",
        "\u200bH44.40-261123-0001\u200b",
        "Ｈ４４.４０-２６１１２３-０００１",
        "h44.4O-26ll23-OOOI",
        "Mã hồ sơ: H44.40-261123-1",
        "h44 40 261123 001",
    ],
)
def test_a_dossiers_code_is_found_in_what_was_pasted(typed: str) -> None:
    assert dossier_code(typed) == CODE


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("H44.40-261123-0001 4711", "4711"),
        ("H44.40-261123-0001\t4711", "4711"),
        ("h44.40 261123 0001; 4711", "4711"),
        ("Mã hồ sơ: H44.40–261123–0001 Mã PIN: 4711", "4711"),
        ("H44.40-261123-0001", ""),
        ("h44.40 261123 0001", ""),
        ("4711", ""),
    ],
)
def test_a_line_of_a_spreadsheet_has_code_and_pin(line: str, pin: str) -> None:
    pair = code_and_pin(line)
    assert (pair is None) is (pin == "")
    if pair:
        assert (dossier_code(pair[0]), pair[1]) == (CODE, pin)


@pytest.mark.parametrize("typed", ["4711", "4 7 1 1", "47-11", "PIN: 4711", "４７１１", " 4711."])
def test_a_pin_is_its_digits(typed: str) -> None:
    assert digits(typed, 4) == "4711"


@pytest.mark.parametrize(
    "typed",
    ["123456", "123 456", "12-34-56", "123456 la ma de RUT ho so H44.40-261123-0001, dung trong 5 phut."],
)
def test_a_one_time_code_is_found_in_its_message(typed: str) -> None:
    assert digits(typed, 6) == "123456"


@pytest.mark.parametrize("typed", ["ACDE-FGHJ", "acde fghj", "acdefghj", "ACDE–FGHJ", "Mã hồ sơ nháp: ACDE-FGHJ"])
def test_a_drafts_code_is_found(typed: str) -> None:
    assert draft_code(typed) == "ACDE-FGHJ"


def test_a_receipts_number_is_its_letters_and_digits() -> None:
    assert compact("01/BL–2026 – 0000123") == compact("01bl 2026 0000123")


@pytest.mark.parametrize(
    "typed",
    [
        "BP-26T-0000042",
        "bp 26t 0000042",
        "BP26T0000042",
        "BP–26T–0000042",
        "Biên lai số: BP-26T-0000042, đã nộp",
        "\u200bBP-26T 0000042",
    ],
)
def test_a_receipts_number_is_found_in_what_was_typed(typed: str) -> None:
    assert receipt_number(typed) == "BP-26T-0000042"


def test_what_is_no_receipts_number_is_only_tidied() -> None:
    assert receipt_number(" 42 / x ") == "42/X"
