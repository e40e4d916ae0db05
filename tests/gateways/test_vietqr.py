"""What is a VietQR and what is none, field by field."""

from __future__ import annotations

import pytest

from gateways.base import Malformed
from gateways.codecs import vietqr

NAPAS = "A000000727"
ACCOUNT = {"00": NAPAS, "01": {"00": "970415", "01": "113"}, "02": "QRIBFTTA"}


def written(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    return "".join(f"{tag}{len(text):02d}{text}" for tag, text in ((tag, written(each)) for tag, each in value.items()))


def read(account: object = ACCOUNT, **fields: str) -> vietqr.Transfer:
    text = written({"00": "01", "38": account, **{name.lstrip("f"): value for name, value in fields.items()}}) + "6304"
    return vietqr.parse(text + vietqr.checksum(text))


def test_what_is_left_out_is_nothing() -> None:
    assert read() == vietqr.Transfer("970415", "113", None, "")
    assert read({**ACCOUNT, "01": {"01": "113"}}) == vietqr.Transfer("", "113", None, "")
    assert read(f54="0", f62="0803abc") == vietqr.Transfer("970415", "113", 0, "abc")


@pytest.mark.parametrize(
    "account",
    [{}, {**ACCOUNT, "00": "A000000728"}, {**ACCOUNT, "01": {"00": "970415"}}, {"00": NAPAS}, {"01": "0103113"}],
)
def test_another_scheme_or_no_account_is_refused(account: object) -> None:
    with pytest.raises(Malformed, match="not a VietQR"):
        read(account)


def test_an_amount_is_written_in_digits() -> None:
    with pytest.raises(Malformed, match="not a VietQR"):
        read(f54="1.5")


@pytest.mark.parametrize("inside", ["0", "08", "080", "08x1a", "0802a", "0801ab", "0801a0"])
def test_a_text_that_is_cut_off_anywhere_is_refused(inside: str) -> None:
    with pytest.raises(Malformed, match="cut off"):
        read(f62=inside)


def test_other_letters_and_another_checksum_are_refused() -> None:
    text = written({"00": "01", "38": ACCOUNT, "62": "0801đ"}) + "6304"
    for each in (text + vietqr.checksum(text), text[:-4] + "0000", ""):
        with pytest.raises(Malformed, match="checksum"):
            vietqr.parse(each)


def test_a_field_takes_99_characters() -> None:
    longest = vietqr.Transfer("970415", "1" * 55)
    assert vietqr.parse(vietqr.build(longest)) == longest
    with pytest.raises(ValueError, match="longer than 99"):
        vietqr.build(vietqr.Transfer("970415", "1" * 56))
    with pytest.raises(ValueError, match="not ASCII"):
        vietqr.build(vietqr.Transfer("970415", "1", purpose="đ"))
