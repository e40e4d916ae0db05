"""While PostgreSQL is away the answer is "come again", never an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from payments.api.clients import create_client
from payments.callbacks import inbox
from payments.models import Bill
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories
from tests.support.away import assert_come_again
from tests.support.breaking import Breaker
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_callback_that_meets_a_dead_session_is_sent_again_and_counts() -> None:
    payment = factories.payment()
    message = confirm(payment)
    with Breaker(at=1, fault="terminate"):
        answer = Client().post("/gateways/vnptpay/notify", json.dumps(message), content_type="application/json")
    assert_come_again(answer)
    assert post(message)["RESPONSE_CODE"] == "00"
    inbox.drain_all()
    assert Bill.objects.get().state == BillState.PAID
    assert ledger_check.check() == []


def test_a_callback_that_cannot_be_stored_is_answered_busy_in_the_protocol() -> None:
    payment = factories.payment()
    body = json.dumps(confirm(payment))
    with Breaker(at=2, fault="terminate"):
        answer = Client().post("/gateways/vnptpay/notify", body, content_type="application/json")
    assert json.loads(answer.content)["RESPONSE_CODE"] == "08"


@pytest.mark.parametrize("position", [1, 2])
def test_the_api_says_come_again_when_its_session_dies(position: int) -> None:
    agency = factories.agency()
    _, key = create_client("test", [agency])
    body = {
        "reference": "HS-1",
        "agency": agency.code,
        "payer_name": "Nguyễn Thị Bình",
        "description": "Phí thử",
        "lines": [{"code": "PHI", "kind": "phi", "description": "Phí", "amount": 1000}],
    }
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    with Breaker(at=position, fault="terminate"):
        answer = Client().post("/api/v1/bills", json.dumps(body), content_type="application/json", headers=headers)
    assert_come_again(answer)
    again = Client().post("/api/v1/bills", json.dumps(body), content_type="application/json", headers=headers)
    assert again.status_code == 201
    assert Bill.objects.count() == 1


def test_a_page_says_come_again() -> None:
    bill = factories.bill()
    with Breaker(at=1, fault="terminate"):
        assert_come_again(Client().get(f"/thanh-toan/{bill.token}/"))


def test_a_middleware_without_its_session_says_come_again(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.portal.test_database_away.reads_the_session"]
    with Breaker(at=1, fault="terminate"):
        assert_come_again(Client(raise_request_exception=False).get("/"))


def test_a_defect_of_ours_is_still_an_error(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.portal.test_database_away.is_defective"]
    assert Client(raise_request_exception=False).get("/").status_code == 500


def reads_the_session(get_response: Any) -> Any:
    """A middleware that needs the database before any view is reached."""
    return lambda request: HttpResponse(str(request.session.exists("x" * 32)))


def is_defective(get_response: Any) -> Any:
    """A middleware with a defect."""
    return lambda request: 1 / 0
