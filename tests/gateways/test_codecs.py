"""Signing rules, stamps, folding and the reading of JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from gateways import parsing
from gateways.base import Malformed
from gateways.codecs import vietqr
from gateways.codecs.ascii_text import to_ascii
from gateways.codecs.field_signatures import PipeSha256, RsaConcatenation
from gateways.codecs.timestamps import format_timestamp, parse_timestamp

PAIR = PipeSha256(("A", "B"))


def test_absent_and_null_and_empty_are_the_same_empty_text() -> None:
    assert PAIR.sign({"A": "1"}, "k") == PAIR.sign({"A": "1", "B": None}, "k") == PAIR.sign({"A": 1, "B": ""}, "k")


def test_a_separator_may_only_stand_in_the_last_field() -> None:
    assert PAIR.base({"A": "1", "B": "2|3"}) == "1|2|3"
    with pytest.raises(Malformed):
        PAIR.base({"A": "1|2", "B": "3"})


def test_a_number_is_signed_as_the_text_it_arrived_as() -> None:
    whole, with_point = (parsing.read_object(text) for text in ('{"A": 150000}', '{"A": 150000.0}'))
    assert (PAIR.base(whole), PAIR.base(with_point)) == ("150000|", "150000.0|")


@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sha512"])
def test_rsa_round_trip_per_hash(hash_name: str) -> None:
    key, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    codec = RsaConcatenation(("a", "b"), hash_name)
    signature = codec.sign({"a": "xyz", "b": ""}, key)
    assert len(signature) == 344
    assert codec.is_signed({"a": "x", "b": "yz"}, signature, [other.public_key(), key.public_key()])
    assert not codec.is_signed({"a": "xyz"}, signature, [other.public_key()])
    assert not codec.is_signed({"a": "xyy"}, signature, [key.public_key()])


def test_stamps_are_gmt_plus_7() -> None:
    moment = datetime(2026, 12, 31, 17, 0, 1, tzinfo=UTC)
    assert format_timestamp(moment) == "20270101000001"
    assert parse_timestamp("20270101000001") == moment
    with pytest.raises(ValueError, match="zone"):
        format_timestamp(datetime(2026, 1, 1))  # noqa: DTZ001 - the very thing that is refused


@pytest.mark.parametrize(
    "text", ["", "2026", "20261301000000", "2026010100000 ", "２０２６０１０１００００００", "x" * 14]
)
def test_what_is_no_stamp_is_no_time(text: str) -> None:
    assert parse_timestamp(text) is None


def test_vietnamese_is_folded_and_separators_vanish() -> None:
    assert to_ascii("Lệ phí | Đất  đai: thửa số 12/A – Ủy ban") == "Le phi Dat dai: thua so 12 A Uy ban"


@given(st.text())
def test_folded_text_is_always_safe_to_send(text: str) -> None:
    folded = to_ascii(text, 20)
    assert len(folded) <= 20
    assert all(letter.isascii() and (letter.isalnum() or letter in " .:_-") for letter in folded)


@given(st.text())
def test_reading_a_qr_fails_only_as_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        vietqr.parse(text)


@given(
    st.integers(min_value=1, max_value=10**12),
    st.from_regex(r"[0-9]{6,19}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9 ]{1,25}", fullmatch=True),
)
def test_a_qr_reads_back_as_it_was_built(amount: int, account: str, purpose: str) -> None:
    transfer = vietqr.Transfer("970415", account, amount, purpose)
    text = vietqr.build(transfer)
    assert vietqr.parse(text) == transfer
    assert vietqr.parse(text[:-4] + text[-4:].lower()) == transfer


def test_a_qr_holds_ascii_only() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        vietqr.build(vietqr.Transfer("970415", "1", 1, "Nộp phí"))


def test_a_cut_off_qr_is_malformed_even_with_a_right_checksum() -> None:
    for text in ("0002016304", "00990163046304", "000a016304"):
        with pytest.raises(Malformed):
            vietqr.parse(text + vietqr.checksum(text))
