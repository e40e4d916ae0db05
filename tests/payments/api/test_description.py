"""The description says of answers what is always there, and which words a state may be."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.test import Client

from payments.states import DisplayState

pytestmark = pytest.mark.django_db


@pytest.fixture
def shapes() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(Client().get("/api/schema/").content)
    return dict(document["components"]["schemas"])


@pytest.mark.parametrize("name", ["Bill", "Payment", "Refund", "Receipt", "Line", "Delivery", "Endpoint"])
def test_what_is_always_answered_is_required(shapes: dict[str, Any], name: str) -> None:
    assert set(shapes[name]["required"]) == set(shapes[name]["properties"])


def test_the_display_state_is_one_of_its_words(shapes: dict[str, Any]) -> None:
    written = shapes["Bill"]["properties"]["display_state"]
    name = str(written.get("$ref") or written["allOf"][0]["$ref"]).rsplit("/", 1)[-1]
    assert shapes[name]["enum"] == DisplayState.values
