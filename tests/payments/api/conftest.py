"""The API's own description, as a client downloads it, and a client who asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from agencies.models import Agency
from payments.api.clients import create_client
from tests.support import factories


@pytest.fixture
def agency() -> Agency:
    return factories.agency()


@pytest.fixture
def key(agency: Agency) -> str:
    return create_client("test", [agency])[1]


@pytest.fixture(scope="session")
def description(django_db_setup: None) -> Iterator[dict[str, Any]]:
    yield json.loads(Client().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).content)


@pytest.fixture
def undone() -> Any:
    """A block that leaves no row behind; the views' own transactions are still their first."""

    def block() -> transaction.Atomic:
        made = transaction.atomic()
        made._from_testcase = True  # type: ignore[attr-defined]
        return made

    return block
