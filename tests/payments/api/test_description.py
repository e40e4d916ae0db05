"""The description says of answers what is always there, and which words a state may be."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.test import Client
from jsonschema import Draft202012Validator

from agencies.models import Agency
from payments.states import DisplayState
from tests.support.payments.api import new_bill

pytestmark = pytest.mark.django_db


@pytest.fixture
def shapes() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(Client().get("/api/schema/").content)
    return dict(document["components"]["schemas"])


def validator(description: dict[str, Any], shape: dict[str, Any]) -> Draft202012Validator:
    """Whatever holds a value to a shape of the description."""
    return Draft202012Validator({**shape, "components": description["components"]})


@pytest.mark.parametrize("name", ["Bill", "Payment", "Refund", "Receipt", "Line", "Delivery", "Endpoint"])
def test_what_is_always_answered_is_required(shapes: dict[str, Any], name: str) -> None:
    assert set(shapes[name]["required"]) == set(shapes[name]["properties"])


def test_the_display_state_is_one_of_its_words(shapes: dict[str, Any]) -> None:
    written = shapes["Bill"]["properties"]["display_state"]
    name = str(written.get("$ref") or written["allOf"][0]["$ref"]).rsplit("/", 1)[-1]
    assert shapes[name]["enum"] == DisplayState.values


def of_operation(description: dict[str, Any], name: str) -> dict[str, Any]:
    """The operation of the API with this id."""
    operations = (operation for path in description["paths"].values() for operation in path.values())
    return next(dict(operation) for operation in operations if operation["operationId"] == name)


@pytest.mark.parametrize("name", ["bills_create", "payments_start", "refunds_propose", "webhooks_create"])
def test_what_is_sent_has_an_example_that_its_shape_takes(description: dict[str, Any], name: str) -> None:
    body = of_operation(description, name)["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values()
    validator(description, body["schema"]).validate(example["value"])


@pytest.mark.parametrize("name", ["bills_create", "payments_start", "refunds_propose"])
def test_what_is_answered_has_an_example_that_is_whole(description: dict[str, Any], name: str) -> None:
    body = of_operation(description, name)["responses"]["201"]["content"]["application/json"]
    (example,) = body["examples"].values()
    validator(description, body["schema"]).validate(example["value"])


def test_the_event_that_an_endpoint_receives_is_described(description: dict[str, Any]) -> None:
    received = description["webhooks"]["event"]["post"]
    body = received["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values()
    validator(description, body["schema"]).validate(example["value"])
    assert set(received["responses"]) == {"2XX", "410"}


def test_headers_of_answers_are_described(description: dict[str, Any]) -> None:
    answers = of_operation(description, "bills_create")["responses"]
    assert set(answers["201"]["headers"]) == {"Location", "Link", "RateLimit", "RateLimit-Policy"}
    assert "Retry-After" in answers["409"]["headers"]
    assert "Retry-After" in answers["429"]["headers"]
    assert "RateLimit" not in answers["401"]["headers"]


def test_the_description_says_where_it_is_served_and_has_a_name_that_files_can_have(settings: Any) -> None:
    answer = Client().get("/api/schema/")
    assert yaml.safe_load(answer.content)["servers"] == [{"url": settings.BASE_URL}]
    assert answer["Content-Disposition"] == 'inline; filename="motcua-pay-api.yaml"'


@pytest.mark.django_db(transaction=True)
def test_what_is_made_says_where_it_is_read_also_to_a_repetition(key: str, agency: Agency) -> None:
    for _again in range(2):
        answer = Client().post(
            "/api/v1/bills",
            new_bill(agency),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "k1"},
        )
        assert answer.status_code == 201
        path = urlsplit(answer["Location"]).path
        read = Client().get(path, headers={"Authorization": f"Bearer {key}"}).json()
        assert read["id"] == answer.json()["id"]
