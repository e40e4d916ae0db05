"""Numbers people are known by: what cannot be is refused, what does not fit is a doubt."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError

from core.values.identity import (
    PROVINCES,
    Cccd,
    clean_identity_number,
    clean_phone,
    doubts,
    parse_cccd,
    phone_as_spoken,
    search_key,
    search_keys,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("025 190 000 123", "025190000123"),
        ("025.085.000.123", "025085000123"),
        ("131 234 567", "131234567"),  # an old CMND
        ("017200-012345", "017200012345"),
        ("118090000001", "118090000001"),  # born abroad
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, read: str) -> None:
    assert clean_identity_number(typed) == read


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("12", "length"),
        ("0251900001234", "length"),
        ("000000000000", "invented"),
        ("111 111 111", "invented"),
        ("123456789012", "invented"),
        ("000190000123", "invented"),
        ("٠٢٥١٩٠٠٠٠١٢٣", "length"),  # digits, but of another script
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(typed: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        clean_identity_number(typed)
    assert refused.value.code == why


def test_a_number_tells_sex_and_year_and_doubts_are_no_refusal() -> None:
    assert parse_cccd("025190000123") == Cccd("025190000123", "025", "female", 1990)
    assert not doubts("025190000123", born_on=date(1990, 5, 1), sex="female")
    assert len(doubts("025190000123", born_on=date(1991, 5, 1), sex="male")) == 2
    assert len(doubts("131234567")) == 1


@pytest.mark.parametrize(
    ("number", "question"),
    [
        ("003090000123", "Ba số đầu 003"),
        ("099090000123", "Ba số đầu 099"),
        ("025290000123", "năm sinh là 2090"),
        ("025000000123", "năm sinh là 1900"),
        ("118090000001", ""),  # born abroad
        ("025190000123", ""),
    ],
)
def test_a_place_there_is_not_and_a_year_nobody_has_are_asked_about_and_not_refused(number: str, question: str) -> None:
    assert clean_identity_number(number) == number
    assert (question in "".join(doubts(number))) if question else not doubts(number)


def test_the_sixty_three_places_are_those_of_the_circular() -> None:
    assert len(PROVINCES) == 63
    assert {"001", "017", "025", "026", "079", "096"} <= PROVINCES
    assert not {"003", "005", "029", "097", "100"} & PROVINCES


@pytest.mark.parametrize("typed", ["0912 345 678", "0912.345.678", "+84912345678", "84 912 345 678"])
def test_a_phone_is_read_in_every_notation(typed: str) -> None:
    assert clean_phone(typed) == "+84912345678"


@pytest.mark.parametrize("typed", ["", "091234567", "012345678901", "hai ba", "0000000000"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        clean_phone(typed)


def test_a_number_is_found_again_while_keys_rotate(settings: Any) -> None:
    stored = search_key("025190000123")
    assert "025190000123" not in stored
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    assert search_key("025190000123") != stored
    assert stored in search_keys("025190000123")
    assert search_key("") == ""


@pytest.mark.parametrize(
    ("kept", "spoken"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842102222555", "0210 2222 555"),
        ("+4915112345678", "+49 1511 2345678"),
        ("", ""),
    ],
)
def test_a_phone_is_shown_as_people_read_it(kept: str, spoken: str) -> None:
    assert phone_as_spoken(kept) == spoken
