"""Whatever arrives: verify says BadSignature or Malformed, answers never fail, nothing else is raised."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateways.base import Answer, BadSignature, Capability, Malformed, OutcomeState
from gateways.conformance.specimens import Specimen

thorough = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))


def _survives(specimen: Specimen, body: bytes) -> None:
    adapter, request = specimen.adapter, specimen.carry(body)
    with contextlib.suppress(Malformed):
        specimen.gateway.merchant_of(request)
    with pytest.raises((BadSignature, Malformed)):
        adapter.verify(request)
    specimen.word(adapter.answer(request, None, Answer.MALFORMED))
    if Capability.BILL_INQUIRY in adapter.capabilities:
        assert adapter.inquire(request, lambda code: None).status == 200


@given(body=st.binary(max_size=300))
@thorough
def test_any_bytes(specimen: Specimen, body: bytes) -> None:
    _survives(specimen, body)


@given(value=VALUES)
@thorough
def test_any_json(specimen: Specimen, value: Any) -> None:
    _survives(specimen, json.dumps(value).encode())


@given(changes=st.dictionaries(st.sampled_from(range(20)), VALUES, min_size=1, max_size=4))
@thorough
def test_a_genuine_message_with_any_values_put_in_is_never_taken_for_other_money(
    specimen: Specimen, changes: dict[int, Any]
) -> None:
    genuine = specimen.message()
    names = list(genuine)
    changed = {names[index % len(names)]: value for index, value in changes.items()}
    try:
        notification = specimen.verify({**genuine, **changed})
    except (BadSignature, Malformed, UnicodeEncodeError):
        return
    assert (notification.merchant_ref, notification.amount) == (specimen.merchant_ref, specimen.notified_amount)


@given(changes=st.dictionaries(st.sampled_from(range(20)), st.text(max_size=30), min_size=1, max_size=4))
@thorough
def test_a_bank_that_signs_nonsense_is_told_so_and_believed_only_with_sound_money(
    specimen: Specimen, changes: dict[int, str]
) -> None:
    names = list(specimen.paid)
    changed = {names[index % len(names)]: text for index, text in changes.items()}
    try:
        notification = specimen.verify(specimen.message(**changed))
    except (BadSignature, Malformed):
        return
    assert (notification.amount or 0) > 0 if specimen.amount_field else notification.amount is None
    assert notification.state in (OutcomeState.PAID, OutcomeState.FAILED, OutcomeState.PENDING, OutcomeState.CANCELLED)


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b'{"a": ' + b"9" * 50_000 + b"}"])
def test_deep_and_long_json(specimen: Specimen, body: bytes) -> None:
    _survives(specimen, body)


def test_half_a_character_is_no_text(specimen: Specimen) -> None:
    _survives(specimen, json.dumps({**specimen.message(), specimen.text_field: "\ud800"}).encode())
