"""What a body may be: each name once, and as it is, unpacked by nobody."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from agencies.models import Agency
from payments.api.clients import create_client
from payments.models import Bill
from tests.support.payments.api import new_bill

pytestmark = pytest.mark.django_db(transaction=True)


def posted(agency: Agency, body: bytes, **headers: str) -> tuple[int, Any]:
    key = create_client("test", [agency])[1]
    client = Client(headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "k", **headers})
    answer = client.post("/api/v1/bills", body, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("name", ["amount", "reference"])
def test_a_name_that_stands_twice_is_refused(agency: Agency, name: str) -> None:
    body = json.dumps(new_bill(agency)).replace(f'"{name}":', f'"{name}": 1, "{name}":')
    status, problem = posted(agency, body.encode())
    assert (status, problem["type"]) == (400, "/api/problems/parse-error")
    assert name in problem["detail"]
    assert not Bill.objects.exists()


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "gzip, identity"])
def test_a_compressed_body_is_a_kind_nobody_reads(agency: Agency, encoding: str) -> None:
    body = gzip.compress(json.dumps(new_bill(agency)).encode())
    status, problem = posted(agency, body, **{"Content-Encoding": encoding})
    assert (status, problem["type"]) == (415, "/api/problems/unsupported-media-type")


def test_one_that_says_it_is_as_it_is_counts(agency: Agency) -> None:
    assert posted(agency, json.dumps(new_bill(agency)).encode(), **{"Content-Encoding": "identity"})[0] == 201


def test_the_mark_some_editors_put_first_is_skipped(agency: Agency) -> None:
    assert posted(agency, b"\xef\xbb\xbf" + json.dumps(new_bill(agency)).encode())[0] == 201
