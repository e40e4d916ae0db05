"""Messages that nobody can read are refused in the protocol's words, and the answer is plain HTTP."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from payments.models import RejectedNotification
from tests.support import factories
from tests.support.notifications import confirm

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"data=", b'{"MERCHANT_SERVICE_ID":{}}', b"[" * 5000])
def test_rubbish_is_answered_in_the_protocol_and_never_an_error(body: bytes) -> None:
    factories.merchant(factories.agency(), "vnptpay")
    answer = Client().post("/gateways/vnptpay/notify", body, content_type="application/json")
    assert answer.status_code == 200
    assert json.loads(answer.content)["RESPONSE_CODE"] in ("97", "99")


def test_the_answer_to_a_bank_names_its_length() -> None:
    body = json.dumps(confirm(factories.payment()))
    answer = Client().post("/gateways/vnptpay/notify", body, content_type="application/json")
    assert answer.headers["Content-Length"] == str(len(answer.content))


def test_a_giant_body_is_refused_unread_in_the_protocols_words_and_its_sender_kept() -> None:
    factories.merchant(factories.agency(), "vnptpay")
    answer = Client().post("/gateways/vnptpay/notify", b"x" * 70_000, content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["RESPONSE_CODE"]) == (200, "99")
    assert RejectedNotification.objects.get().reason == "malformed"
