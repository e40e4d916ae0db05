"""What we ask a bank and what it says: every state has its meaning, and nothing unsigned or torn has any."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateways.base import (
    GatewayError,
    OutcomeState,
    OutcomeUnknown,
    Redirect,
    SentOrder,
)
from gateways.conformance.specimens import Fields, Reply, Specimen
from tests.conformance.outgoing import SCALARS, asking, sent

from .protocols import has_server, is_queried, opens_by_request, signs_answers

pytestmark = pytest.mark.only(admits=has_server)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
MUST_TELL = {"paid": OutcomeState.PAID, "not found": OutcomeState.NOT_FOUND}
MUST_TELL_OF_A_PAGE = {"debited but not final": OutcomeState.PENDING, "failed": OutcomeState.FAILED}


def sent_and_answered(specimen: Specimen) -> SentOrder:
    """The order with what `start` kept of it."""
    if specimen.opened is None:
        return sent(specimen)
    with asking(specimen, specimen.opened) as (adapter, _):
        return replace(sent(specimen), request=adapter.start(specimen.order).request)


def paid_reply(specimen: Specimen) -> Reply:
    """The bank's answer to a query about a paid order."""
    return specimen.replies["paid"][0]


@pytest.mark.only(admits=opens_by_request)
def test_a_started_payment_leads_to_the_banks_page_and_keeps_what_was_sent(specimen: Specimen) -> None:
    assert specimen.opened
    with asking(specimen, specimen.opened) as (adapter, server):
        redirect = adapter.start(specimen.order)
    assert isinstance(redirect, Redirect)
    assert redirect.url.startswith("https://")
    sent = json.loads(server.received[0].body)
    assert specimen.merchant_ref in sent.values()
    assert {name: sent[name] for name in redirect.request if name in sent}.items() <= redirect.request.items()


@pytest.mark.only(admits=opens_by_request)
def test_the_order_goes_out_in_plain_letters_and_vietnamese_time(specimen: Specimen) -> None:
    assert specimen.opened
    with asking(specimen, specimen.opened) as (adapter, server):
        adapter.start(specimen.order)
    signed = [value for value in json.loads(server.received[0].body).values() if isinstance(value, str)]
    assert "20260715093000" in signed or not specimen.sends_time
    assert all(value.isascii() and "|" not in value for value in signed)


@pytest.mark.only(admits=is_queried)
def test_every_state_a_bank_tells_of_has_its_meaning(specimen: Specimen) -> None:
    must = MUST_TELL | (MUST_TELL_OF_A_PAGE if specimen.opened else {})
    assert must.items() <= {name: means for name, (_, means) in specimen.replies.items()}.items()
    for order in (sent(specimen), sent_and_answered(specimen)):
        for name, (reply, means) in specimen.replies.items():
            if name == "paid, of another session" and not order.request:
                continue  # nobody told us which session is ours
            with asking(specimen, reply) as (adapter, _):
                if isinstance(means, OutcomeState):
                    outcome = adapter.query(order)
                    assert (outcome.state, name) == (means, name)
                    assert outcome.state != OutcomeState.PAID or outcome.amount == specimen.amount
                else:
                    with pytest.raises(means):
                        adapter.query(order)


@pytest.mark.only(admits=signs_answers)
def test_one_bit_flipped_in_an_answer_makes_it_no_answer(specimen: Specimen) -> None:
    reply = paid_reply(specimen)
    names = [name for name, value in reply(_asked(specimen)).items() if str(value)]
    for name in names:

        def spoilt(request: Fields, name: str = name) -> Fields:
            answer = reply(request)
            text = str(answer[name])
            return {**answer, name: text[:-1] + chr(ord(text[-1]) ^ 1)}

        # The last letter of base64 may carry bits that mean nothing; any other of the signature counts.
        if name == specimen.answer_signature:
            continue
        with asking(specimen, spoilt) as (adapter, _), pytest.raises(GatewayError):
            adapter.query(sent(specimen))


@pytest.mark.only(admits=signs_answers)
@pytest.mark.parametrize("signature", ["", None, "0" * 64, "A" * 344, [], 1])
def test_an_answer_without_its_signature_is_no_answer(specimen: Specimen, signature: Any) -> None:
    reply = paid_reply(specimen)
    with (
        asking(specimen, lambda request: {**reply(request), specimen.answer_signature: signature}) as (adapter, _),
        pytest.raises(OutcomeUnknown),
    ):
        adapter.query(sent(specimen))


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"a": "a", "a": 1}']
)
def test_nonsense_is_unknown_and_never_failed(specimen: Specimen, body: bytes) -> None:
    with asking(specimen, lambda request: body) as (adapter, server):
        with pytest.raises(OutcomeUnknown):
            adapter.query(sent(specimen))
        if specimen.opened:
            with pytest.raises(OutcomeUnknown):
                adapter.start(specimen.order)
    assert server.received


@pytest.mark.only(admits=is_queried)
@given(changes=st.dictionaries(st.sampled_from(range(20)), SCALARS | st.lists(SCALARS, max_size=2), max_size=4))
@thorough
def test_a_bank_that_answers_anything_at_all_raises_only_what_the_interface_names(
    specimen: Specimen, changes: dict[int, Any]
) -> None:
    reply = paid_reply(specimen)

    def bent(request: Fields) -> Fields:
        answer = reply(request)
        names = list(answer)
        return {**answer, **{names[index % len(names)]: value for index, value in changes.items()}}

    with asking(specimen, bent) as (adapter, _):
        try:
            outcome = adapter.query(sent(specimen))
        except GatewayError:
            return
    assert outcome.state != OutcomeState.PAID or outcome.amount is not None


def _asked(specimen: Specimen) -> Fields:
    """What the bank was asked by a query."""
    with asking(specimen, lambda request: b"") as (adapter, server), pytest.raises(OutcomeUnknown):
        adapter.query(sent(specimen))
    matches: Fields = json.loads(server.received[0].body)
    return matches
