"""The API keeps to its description, whatever it is sent: schemathesis makes requests of it, right and wrong ones.

`make api-deep` tries many times as many. What a call means (whose agency, which remaining amount) cannot be made up
from a description: that a right request is taken, test_generated_client.py shows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from payments.models import Bill
from portal.wsgi import application
from tests.support import factories
from tests.support.payments.api import new_bill, send

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("API_EXAMPLES", "5"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@contextmanager
def one_connection() -> Iterator[None]:
    """A server lets go of its connection after each request; here it holds what the test has made."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_call_answers_as_described(description: dict[str, Any], key: str, agency: Any, undone: Any) -> None:
    bill = send(key, "/api/v1/bills", new_bill(agency), "bill")[1]
    endpoint = send(key, "/api/v1/webhooks", {"url": "http://127.0.0.1:9/"}, "webhook")[1]
    payment = factories.payment(gateway="vietinbank", of=Bill.objects.get(pk=bill["id"]), qr_text="x")
    ours = {"bill_id": bill["id"], "payment_id": payment.pk, "endpoint_id": endpoint["id"]}
    described = {path: calls for path, calls in description["paths"].items() if path.startswith("/api/v1/")}
    schema = schemathesis.openapi.from_dict({**description, "paths": described})
    schema.app = application
    operations = [cast(Any, operation).ok() for operation in schema.get_all_operations()]
    with one_connection():
        tried = [_try(each, mode, key, ours, undone) for each in operations for mode in _modes(each)]
    assert len(tried) > 20


def _modes(operation: Any) -> list[GenerationMode]:
    has_input = operation.body or operation.query or operation.headers
    return [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if has_input else [GenerationMode.POSITIVE]


def _try(operation: Any, mode: GenerationMode, key: str, ours: dict[str, int], undone: Any) -> str:
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}
        case.path_parameters = {name: ours.get(name, 1) for name in case.path_parameters or {}}
        with undone():
            response = case.call()
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    run()
    return str(operation.label)
