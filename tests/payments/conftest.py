"""The sandbox banks as a real process of their own, shared by the tests of a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from payments.models import Bill
from tests.support import emptying, factories, running
from tests.support.payments.receipts import receipt  # noqa: F401 - a fixture by its name
from tests.support.payments.sandbox import Bank


@pytest.fixture
def django_db_reset() -> Callable[[], object]:
    """Empty every table, to play a scenario a second time."""
    return emptying.empty


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running.sandbox(tmp_path_factory.mktemp("sandbox")) as url:
        yield url


@pytest.fixture
def bank(_sandbox: str) -> Iterator[Bank]:
    """The banks, behaving well at the start of each test and dropping every notification to nobody."""
    requests.delete(f"{_sandbox}/control/faults", timeout=5)
    yield Bank(_sandbox)
    requests.delete(f"{_sandbox}/control/faults", timeout=5)


@pytest.fixture
def bill(bank: Bank) -> Bill:
    """A bill whose agency has a contract with every bank of the sandbox; no bank sends a notification."""
    bill = factories.bill()
    for gateway, contract in factories.CONTRACTS.items():
        addresses = {
            name: value.replace(factories.BANKS, bank.url)
            for name, value in contract["settings"].items()
            if name.endswith("_url")
        }
        factories.merchant(bill.agency, gateway, **addresses, read_seconds=1)
    bank.fault("drop")
    return bill
