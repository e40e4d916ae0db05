"""The worked examples of gateways.md, computed by our own code."""

from __future__ import annotations

import pytest

from gateways import vietqr
from gateways.codecs import pipe_sha256, plain_ascii, read_amount

SECRET = "DEMO_SECRET_0123456789"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            "INIT|1.0.5|1001|HS20260715000123|150000||1|1|vi-VN|VND|VNPTPAY"
            "|Nop phi ho so 000.00.01.H01-260715-0001|20260715093000|203.0.113.10",
            "f76b5d6b50879304ca60b8cc7b4479b1446ed9cf2d215a7206534dba2b26382a",
        ),
        (
            "INIT|1.0.6|1001|AG01|HS20260715000123|1|150000|1|vi-VN|VND|VNPTPAY"
            "|Nop phi ho so 000.00.01.H01-260715-0001|20260715093000|203.0.113.10",
            "222240519e49970c271c4df24c3a5eaaa2bb797132c42a10c73e82ee82dd7c64",
        ),
        (
            "CONFIRM|00|1001|HS20260715000123|150000|VND|VNPT0099887766|VNPTPAY|20260715093145|",
            "2516437dfc16d199ea915adff2b0cb1b0c1515df07bb3ce16fdf7d17e6e66bd2",
        ),
        (
            "00|Thanh cong|1001|HS20260715000123|20260715093146",
            "d9b24442b92221542afae64637f223e00f7ec267ef9804e60b2d4b5de6de0c9c",
        ),
        (
            "QUERY|1.0.5|1001|HS20260715000123|20260715093000",
            "2070d9c66f9b4d44e4bba8384a49ffc02de1bdd12f0a11c11e1808439c7631e3",
        ),
    ],
)
def test_vnptpay_signatures(values: str, expected: str) -> None:
    assert pipe_sha256(values.split("|"), SECRET) == expected


def test_both_published_vietqr_strings() -> None:
    static = "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F"
    dynamic = (
        "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA"
        "53037045405100005802VN62150811Chuyen tien630453E6"
    )
    assert vietqr.build("970416", "257678859") == static
    assert vietqr.build("970416", "257678859", 10_000, "Chuyen tien") == dynamic
    assert vietqr.parse(dynamic)["amount"] == "10000"
    assert vietqr.crc("123456789") == "29B1"


def test_a_mistyped_vietqr_is_refused() -> None:
    with pytest.raises(ValueError, match="check value"):
        vietqr.parse(vietqr.build("970415", "1", 5)[:-1] + "0")


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "1e3", "01", " 1", "१"])
def test_what_is_not_a_plain_amount_is_none(text: str) -> None:
    assert read_amount(text) is None


def test_descriptions_carry_no_accents_and_no_separator() -> None:
    assert plain_ascii("Nộp phí|hồ sơ Đặng", 50) == "Nop phi ho so Dang"
