"""What a field takes for a name, an address or a telephone, and what nobody means."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django import forms
from django.utils import timezone

from core.values.form_fields import AddressField, DayField, NameField, PhoneField, PlainTextField
from core.values.identity import phone_doubts


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Bình",
        "H’Hen Niê",
        "Y Ŏ̆n Ƀya",
        "Rơ Châm Ơi",
        "O'Brien, Seán",
        "Kim Ji-woo",
        "Иван Петров",
        "Công ty TNHH 319",
        "UBND xã Hy Cương (bộ phận một cửa)",
    ],
)
def test_a_name_is_taken_in_every_writing(name: str) -> None:
    assert NameField().clean(name)


@pytest.mark.parametrize(
    "name", ["123", "???", "Bình???", "12 a 34", "@@", "x", "Nguyễn_Bình", "<b>", "王伟", "김지우"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(forms.ValidationError):
        NameField().clean(name)


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [("khu 3, xã Hy Cương", True), ("12/3 Lê Lợi", True), ("???", False), ("12", False), ("-", False)],
)
def test_an_address_has_words(address: str, is_taken: bool) -> None:
    if is_taken:
        assert AddressField().clean(address) == address
    else:
        with pytest.raises(forms.ValidationError):
            AddressField().clean(address)


def test_signs_alone_answer_nothing() -> None:
    with pytest.raises(forms.ValidationError):
        PlainTextField().clean("…?")
    assert PlainTextField(required=False).clean("") == ""


@pytest.mark.parametrize(
    ("typed", "kept", "is_doubtful"),
    [
        ("0912 345 678", "+84912345678", False),
        ("0555 123 456", "+84555123456", True),  # a beginning the library has not heard of (D11)
        ("0712345678", "+84712345678", True),
        ("+82 10 1234 5678", "+821012345678", False),
    ],
)
def test_a_new_beginning_is_taken_and_asked_about(typed: str, kept: str, is_doubtful: bool) -> None:
    assert PhoneField().clean(typed) == kept
    assert bool(phone_doubts(kept)) is is_doubtful


@pytest.mark.parametrize("typed", ["091234567", "1234567890123", "0012345678", "số của tôi"])
def test_what_has_no_shape_of_a_number_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        PhoneField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "meant"), [("1/9/1945", 1945), ("1.9.45", 1945), ("01-09-2020", 2020), ("1/9/20", 2020)]
)
def test_a_day_behind_us_is_read_as_people_write_it(typed: str, meant: int) -> None:
    assert DayField(lies="past").clean(typed) == date(meant, 9, 1)


@pytest.mark.parametrize(
    ("lies", "days", "says"),
    [("past", 1, "chưa tới"), ("past", 1500, "chưa tới"), ("future", -1, "đã qua"), ("", -60_000, "quá xa")],
)
def test_a_day_on_the_wrong_side_of_today_is_refused_with_the_day_read(lies: str, days: int, says: str) -> None:
    day = timezone.localdate() + timedelta(days=days)
    with pytest.raises(forms.ValidationError) as refused:
        DayField(lies=lies).clean(f"{day:%d/%m/%Y}")
    assert f"Ngày {day:%d/%m/%Y}" in refused.value.messages[0] and says in refused.value.messages[0]


@pytest.mark.parametrize("lies", ["past", "future", ""])
def test_today_is_neither_too_early_nor_too_late(lies: str) -> None:
    today = timezone.localdate()
    assert DayField(lies=lies).clean(f"{today:%d/%m/%Y}") == today


def test_what_is_no_day_is_answered_with_how_to_write_one() -> None:
    with pytest.raises(forms.ValidationError, match="ngày/tháng/năm, ví dụ"):
        DayField().clean("31/31/2026")
