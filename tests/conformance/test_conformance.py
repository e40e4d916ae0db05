"""One suite that every adapter passes: genuine notifications are read, everything else changes nothing."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import Answer, BadSignature, Malformed, OutcomeState
from gateways.conformance.envelopes import as_post
from gateways.conformance.specimens import Specimen

from .protocols import is_in_body, tells_amount, tells_of_failures

NO_AMOUNTS = (
    *("0", "00", "-150000", "+150000", "", " 150000", "150000 ", "0150000", "150000.5", "9" * 40),
    *(
        "150.000",
        "150,000",
        "1e5",
        "0x10",
        "NaN",
        "Infinity",
        "một trăm",
        "١٥٠٠٠٠",
        "１５００００",
        None,
        False,
    ),
)
NO_SIGNATURES: tuple[Any, ...] = ("", "0", None, "không phải chữ ký", "A" * 344, "0" * 64, 1, True, [], {})
VIETNAMESE = "Nộp phí đăng ký đất đai – Phú Thọ"


def test_a_genuine_notification_is_read_in_every_envelope(specimen: Specimen) -> None:
    for envelope in specimen.envelopes.values():
        request = envelope(specimen.message())
        notification = specimen.adapter.verify(request)
        assert specimen.gateway.merchant_of(request) == specimen.merchant_id
        assert (notification.gateway, notification.state) == (specimen.gateway.slug, OutcomeState.PAID)
        assert (notification.merchant_ref, notification.amount) == (specimen.merchant_ref, specimen.notified_amount)
        assert notification.gateway_ref and notification.event_key


def test_one_bit_flipped_in_any_signed_field_is_refused(specimen: Specimen) -> None:
    genuine = specimen.message()
    for name in specimen.signed:
        for position, letter in enumerate(genuine[name]):
            spoilt = genuine[name][:position] + chr(ord(letter) ^ 1) + genuine[name][position + 1 :]
            with pytest.raises((BadSignature, Malformed)):
                specimen.verify({**genuine, name: spoilt})


def test_a_signed_field_left_out_or_emptied_is_refused(specimen: Specimen) -> None:
    genuine = specimen.message()
    for name in specimen.signed:
        for changed in ({**genuine, name: ""}, {key: genuine[key] for key in genuine if key != name}):
            with pytest.raises((BadSignature, Malformed)):
                specimen.verify(changed)


@pytest.mark.parametrize("signature", NO_SIGNATURES)
def test_a_missing_or_invented_signature_is_refused(specimen: Specimen, signature: Any) -> None:
    with pytest.raises((BadSignature, Malformed)):
        specimen.verify({**specimen.message(), specimen.signature_field: signature})


def test_a_message_without_the_signature_field_is_refused(specimen: Specimen) -> None:
    genuine = specimen.message()
    del genuine[specimen.signature_field]
    with pytest.raises(BadSignature):
        specimen.verify(genuine)


def test_unknown_fields_are_accepted(specimen: Specimen) -> None:
    extra: dict[str, Any] = {
        "gatewayId": "x",
        "NEW": None,
        "nested": {"a": [1, 2.50, {"b": "ế"}]},
        "list": [],
        "yes": True,
    }
    assert specimen.verify({**specimen.message(), **extra}).amount == specimen.notified_amount


def test_text_is_taken_as_it_was_sent_composed_or_not(specimen: Specimen) -> None:
    composed, decomposed = (unicodedata.normalize(form, VIETNAMESE) for form in ("NFC", "NFD"))
    for text in (composed, decomposed, "a+b%20c&d=ê", "emoji 😀"):
        for envelope in specimen.envelopes.values():
            assert specimen.adapter.verify(envelope(specimen.message(**{specimen.text_field: text})))
    signed_composed = specimen.message(**{specimen.text_field: composed})
    with pytest.raises(BadSignature):
        specimen.verify({**signed_composed, specimen.text_field: decomposed})


@pytest.mark.only(admits=tells_amount)
def test_a_hundredfold_amount_is_told_as_it_is(specimen: Specimen) -> None:
    notification = specimen.message(**{specimen.amount_field: str(specimen.amount * 100 * specimen.amount_unit)})
    assert specimen.verify(notification).amount == specimen.amount * 100


@pytest.mark.only(admits=tells_amount)
@pytest.mark.parametrize("amount", NO_AMOUNTS)
def test_an_amount_that_is_no_positive_whole_number_is_refused(specimen: Specimen, amount: Any) -> None:
    with pytest.raises(Malformed):
        specimen.verify(specimen.message(**{specimen.amount_field: amount}))


def test_times_are_vietnamese_whatever_this_machine_thinks(specimen: Specimen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    moment = datetime(2026, 7, 15, 17, 30, tzinfo=UTC)
    notification = specimen.verify(specimen.message(**{specimen.time_field: specimen.write_time(moment)}))
    assert notification.occurred_at == moment


def test_an_exact_replay_has_the_same_key_and_says_the_same(specimen: Specimen) -> None:
    first, second = (specimen.verify(specimen.message()) for _ in range(2))
    assert first == second


@pytest.mark.only(admits=tells_amount)
def test_a_conflicting_duplicate_has_the_same_key_and_other_facts(specimen: Specimen) -> None:
    first = specimen.verify(specimen.message())
    other = specimen.verify(
        specimen.message(**{specimen.amount_field: str((specimen.amount + 1000) * specimen.amount_unit)})
    )
    assert other.event_key == first.event_key
    assert other.amount != first.amount


@pytest.mark.only(admits=tells_of_failures)
def test_success_after_failure_is_a_new_event(specimen: Specimen) -> None:
    failed = specimen.verify(specimen.message(**specimen.failed))
    assert failed.state == OutcomeState.FAILED
    assert failed.event_key != specimen.verify(specimen.message()).event_key


def test_the_key_before_a_rotation_still_verifies_and_only_while_it_is_given(specimen: Specimen) -> None:
    request = specimen.request(specimen.message())
    assert specimen.gateway(specimen.rotated).verify(request).amount == specimen.notified_amount
    without = type(specimen.rotated)(specimen.rotated.settings, specimen.rotated.secrets)
    with pytest.raises(BadSignature):
        specimen.gateway(without).verify(request)


@pytest.mark.parametrize("result", Answer)
def test_every_answer_is_signed_and_in_the_words_of_the_protocol(specimen: Specimen, result: Answer) -> None:
    request = specimen.request(specimen.message())
    notification = specimen.adapter.verify(request)
    for verified in (notification, None):
        answer = specimen.adapter.answer(request, verified, result)
        assert specimen.word(answer) == specimen.codes[result]
        assert answer.content_type.startswith("application/json")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"data=%ff", b"\xff\xfe", b'{"transId": {}}'])
def test_nonsense_gets_a_signed_answer_too(specimen: Specimen, body: bytes) -> None:
    for result in (Answer.MALFORMED, Answer.BAD_SIGNATURE, Answer.ERROR):
        answer = specimen.adapter.answer(specimen.carry(body), None, result)
        assert specimen.word(answer) == specimen.codes[result]


def test_a_message_that_could_be_read_two_ways_is_refused(specimen: Specimen) -> None:
    with pytest.raises(Malformed):
        specimen.adapter.verify(specimen.twice(specimen.message(), specimen.signed[-1]))


@pytest.mark.only(admits=is_in_body)
def test_a_byte_order_mark_is_no_part_of_the_message_and_no_other_encoding_is_read(specimen: Specimen) -> None:
    body = specimen.request(specimen.message()).body
    assert specimen.adapter.verify(as_post(b"\xef\xbb\xbf" + body)) == specimen.verify(specimen.message())
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        with pytest.raises(Malformed):
            specimen.adapter.verify(as_post(body.decode().encode(encoding)))
