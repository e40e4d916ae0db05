"""The sandbox banks as a real process of their own, shared by the tests of a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from payments.models import Bill, Payment
from tests.support import emptying, factories, running


class Bank:
    """Orders to the sandbox, over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault(self, fault: str, **values: Any) -> None:
        """Let a bank misbehave."""
        requests.post(f"{self.url}/control/faults", json={"fault": fault, **values}, timeout=5).raise_for_status()

    def pay(self, gateway: str, ref: str, **values: Any) -> None:
        """Pay as the citizen would, whose browser has opened the page: VNPAY learns of an order only so."""
        page = Payment.objects.filter(merchant_ref=ref).values_list("redirect_url", flat=True).first()
        if page:
            requests.get(page, timeout=5)
        body = {"gateway": gateway, "ref": ref, **values}
        requests.post(f"{self.url}/control/pay", json=body, timeout=5).raise_for_status()


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
    found = factories.bill()
    for gateway, contract in factories.CONTRACTS.items():
        addresses = {
            name: value.replace(factories.BANKS, bank.url)
            for name, value in contract["settings"].items()
            if name.endswith("_url")
        }
        factories.merchant(found.agency, gateway, **addresses, read_seconds=1)
    bank.fault("drop")
    return found
