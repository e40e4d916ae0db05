"""Giving back: every answer has its meaning, none that is unclear is taken for "not given back"."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateways.base import (
    Capability,
    Gateway,
    GatewayError,
    OutcomeState,
    OutcomeUnknown,
    RefundGateway,
    RefundOrder,
    SentOrder,
)
from gateways.conformance.specimens import Fields, Reply, Specimen
from tests.conformance.outgoing import SCALARS, asking, sent
from tests.support.gateways import ours

from .protocols import gives_back, signs_refunds
from .specimens import SPECIMENS

pytestmark = pytest.mark.only(admits=gives_back)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
REFUND = RefundOrder(
    refund_ref="RF20260716000001",
    amount=50000,
    reason="Người nộp rút hồ sơ | theo đơn",
    created_at=datetime(2026, 7, 16, 1, 0, tzinfo=UTC),
    requested_by="Kế toán Việt Trì",
)
MUST_TELL = {"given back": OutcomeState.PAID, "under way": OutcomeState.PENDING, "refused": OutcomeState.FAILED}


def giving(gateway: Gateway) -> RefundGateway:
    """The adapter as what its capability says it is."""
    return cast("RefundGateway", gateway)


def paid(specimen: Specimen) -> SentOrder:
    """The payment to give back, as the portal knows it."""
    return replace(sent(specimen), gateway_ref=specimen.verify(specimen.message()).gateway_ref)


def test_every_gateway_that_gives_back_is_tested_here(specimen: Specimen) -> None:
    able = {gateway.slug for gateway in ours() if Capability.REFUND in gateway.capabilities}
    assert able == {one.gateway.slug for one in filter(gives_back, SPECIMENS)}
    assert callable(giving(specimen.adapter).refund) and callable(giving(specimen.adapter).query_refund)
    assert MUST_TELL.items() <= {name: means for name, (_, means) in specimen.refund_replies.items()}.items()
    assert (MUST_TELL | {"not found": OutcomeState.NOT_FOUND}).items() <= {
        name: means for name, (_, means) in specimen.refund_query_replies.items()
    }.items()


def test_a_refund_names_our_reference_the_part_and_the_payment(specimen: Specimen) -> None:
    reference, amount, transaction = specimen.refund_fields
    with asking(specimen, specimen.refund_replies["given back"][0]) as (adapter, server):
        outcome = giving(adapter).refund(paid(specimen), REFUND)
        giving(adapter).refund(paid(specimen), REFUND)
    sent, again = (json.loads(request.body) for request in server.received)
    assert sent == again, "sent twice it must be known for the same refund"
    assert sent[reference] == REFUND.refund_ref
    assert int(sent[amount]) == REFUND.amount * specimen.amount_unit
    assert str(sent[transaction]) == paid(specimen).gateway_ref
    assert all(value.isascii() and "|" not in value for value in sent.values() if isinstance(value, str))
    assert (outcome.state, outcome.amount) == (OutcomeState.PAID, REFUND.amount)
    assert outcome.gateway_ref and outcome.gateway_ref != paid(specimen).gateway_ref


@pytest.mark.parametrize("is_asked", [False, True], ids=["refund", "query_refund"])
def test_every_answer_has_its_meaning(specimen: Specimen, is_asked: bool) -> None:
    for name, (reply, means) in (specimen.refund_query_replies if is_asked else specimen.refund_replies).items():
        with asking(specimen, reply) as (adapter, _):
            call = giving(adapter).query_refund if is_asked else giving(adapter).refund
            if isinstance(means, OutcomeState):
                assert (call(paid(specimen), REFUND).state, name) == (means, name)
            else:
                with pytest.raises(means):
                    call(paid(specimen), REFUND)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"<html>", b"\xff\xfe", b"{}", b'{"a": "a", "a": 1}'])
def test_an_answer_that_did_not_come_is_unknown_and_never_refused(specimen: Specimen, body: bytes) -> None:
    with asking(specimen, lambda request: body) as (adapter, _):
        for call in (giving(adapter).refund, giving(adapter).query_refund):
            with pytest.raises(OutcomeUnknown):
                call(paid(specimen), REFUND)


@pytest.mark.only(admits=signs_refunds)
def test_one_bit_flipped_in_a_signed_answer_makes_it_no_answer(specimen: Specimen) -> None:
    reply = specimen.refund_replies["given back"][0]
    with asking(specimen, reply) as (adapter, server):
        giving(adapter).refund(paid(specimen), REFUND)
    for name, value in reply(json.loads(server.received[0].body)).items():

        def spoilt(request: Fields, name: str = name, text: str = str(value)) -> Fields:
            return {**reply(request), name: text[:-1] + chr(ord(text[-1]) ^ 1)}

        with asking(specimen, spoilt) as (adapter, _), pytest.raises(GatewayError):
            giving(adapter).refund(paid(specimen), REFUND)


@given(changes=st.dictionaries(st.sampled_from(range(20)), SCALARS | st.lists(SCALARS, max_size=2), max_size=4))
@thorough
def test_whatever_a_bank_answers_no_other_amount_is_taken_for_given_back(
    specimen: Specimen, changes: dict[int, Any]
) -> None:
    for is_asked in (False, True):
        reply = (specimen.refund_query_replies if is_asked else specimen.refund_replies)["given back"][0]
        with asking(specimen, _bent(reply, changes)) as (adapter, _):
            call = giving(adapter).query_refund if is_asked else giving(adapter).refund
            try:
                outcome = call(paid(specimen), REFUND)
            except GatewayError:
                continue
        assert outcome.state != OutcomeState.PAID or outcome.amount == REFUND.amount


def _bent(reply: Reply, changes: dict[int, Any]) -> Reply:
    def bent(request: Fields) -> Fields:
        answer = reply(request)
        names = list(answer)
        return {**answer, **{names[index % len(names)]: value for index, value in changes.items()}}

    return bent
