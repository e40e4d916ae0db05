"""The bills API as a client sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Agency
from payments.api.clients import create_client
from payments.models import Bill, IdempotentRequest
from tests.support import factories
from tests.support.payments.api import new_bill, send

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_key_and_body_is_the_first_answer_and_another_body_a_conflict(key: str, agency: Agency) -> None:
    first = send(key, "/api/v1/bills", new_bill(agency), "k1")
    assert first[0] == 201
    assert send(key, "/api/v1/bills", new_bill(agency), "k1") == first
    status, problem = send(key, "/api/v1/bills", new_bill(agency, reference="X2"), "k1")
    assert (status, problem["status"]) == (409, 409)
    assert Bill.objects.count() == 1


def test_a_key_whose_process_died_is_taken_over_after_a_minute(key: str, agency: Agency) -> None:
    """The holder is gone and wrote nothing: bills are made in the transaction that keeps the answer."""
    send(key, "/api/v1/bills", new_bill(agency), "k1")
    held = IdempotentRequest.objects.get()
    IdempotentRequest.objects.filter(pk=held.pk).update(status=None, response=None)
    assert send(key, "/api/v1/bills", new_bill(agency), "k1")[0] == 409
    IdempotentRequest.objects.filter(pk=held.pk).update(created_at=timezone.now() - timedelta(seconds=61))
    assert send(key, "/api/v1/bills", new_bill(agency), "k1")[0] == 201


def test_the_answer_is_kept_in_the_transaction_of_the_bill(
    key: str, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = IdempotentRequest.save

    def fail(self: IdempotentRequest, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields"):
            raise OSError("killed between the work and the keeping of its answer")
        save(self, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(IdempotentRequest, "save", fail)
        with pytest.raises(OSError, match="killed"):
            send(key, "/api/v1/bills", new_bill(agency), "k1")
    assert not Bill.objects.exists()
    assert send(key, "/api/v1/bills", new_bill(agency), "k1")[0] == 201
    assert Bill.objects.count() == 1


def test_a_bill_is_read_and_paid_through_vietqr(key: str, agency: Agency) -> None:
    factories.merchant(agency, "vietinbank")
    _, bill = send(key, "/api/v1/bills", new_bill(agency), "k1")
    status, payment = send(key, f"/api/v1/bills/{bill['id']}/payments", {"gateway": "vietinbank"}, "k2")
    assert status == 201
    assert payment["qr_text"].startswith("000201")
    assert payment["cust_code"] == payment["merchant_ref"]
    status, fresh = send(key, f"/api/v1/bills/{bill['id']}")
    assert (fresh["state"], fresh["display_state"], fresh["paid_amount"]) == ("open", "not_paid", 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": []},
        {"lines": [{"code": "A", "kind": "phi", "description": "d", "amount": -1}]},
        {"lines": [{"code": "A", "kind": "gift", "description": "d", "amount": 1}]},
        {"agency": "nowhere"},
        {"reference": ""},
        {"due_at": "tomorrow"},
    ],
)
def test_a_bad_bill_is_a_problem_document_and_leaves_nothing(key: str, agency: Agency, changes: dict[str, Any]) -> None:
    status, problem = send(key, "/api/v1/bills", new_bill(agency, **changes), "k1")
    assert (status, problem["status"]) == (422, 422)
    assert not Bill.objects.exists()
    assert send(key, "/api/v1/bills", new_bill(agency), "k1")[0] == 201  # the mended request may use its key


def test_a_client_sees_only_its_own_bills(key: str, agency: Agency) -> None:
    _, bill = send(key, "/api/v1/bills", new_bill(agency), "k1")
    other = create_client("other", [agency])[1]
    assert send(other, f"/api/v1/bills/{bill['id']}")[0] == 404
    assert send(other, "/api/v1/bills")[1]["results"] == []


def test_no_key_is_401_and_a_missing_idempotency_key_422(key: str, agency: Agency) -> None:
    assert send("wrong", "/api/v1/bills")[0] == 401
    assert send(key, "/api/v1/bills", new_bill(agency))[0] == 422


def test_the_openapi_document_is_served() -> None:
    assert b"/api/v1/bills" in Client().get("/api/schema/").content
