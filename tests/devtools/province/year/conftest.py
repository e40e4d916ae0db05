"""A year of 2,000 dossiers, loaded once for the tests of it and rolled back after them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from devtools import demo
from devtools.province import load
from tests.support import sequences
from tests.support.factories import CONTRACTS

COUNT = 2000
BOOKS = "sandbox.sqlite3"


@pytest.fixture
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books of the sandbox's banks after the year."""
    return tmp_path_factory.getbasetemp() / BOOKS


@pytest.fixture(scope="package")
def province(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What was loaded. The whole package runs in one transaction, so its tests must leave no rows behind."""
    banks = {gateway: contract["bank"] for gateway, contract in CONTRACTS.items()}
    books = tmp_path_factory.getbasetemp() / BOOKS
    with django_db_blocker.unblock(), transaction.atomic():
        demo.prepare(CONTRACTS, {}, lambda done, total, label: None)
        yield load.load(COUNT, banks, books=books)
        sequences.raise_sequences()  # the writer has set them to its own rows, and they are not rolled back
        transaction.set_rollback(True)
