"""The sandbox banks as a real process of their own, shared by the tests of a worker."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from payments.models import Bill, Payment
from portal.children import LOCALHOST, Child, free_port
from portal.processes import ROOT
from tests import factories


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


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    config = folder / "sandbox.json"
    config.write_text(json.dumps({name: contract["bank"] for name, contract in factories.CONTRACTS.items()}))
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-b", f"{LOCALHOST}:{port}"]
    command += ["--threads", "8", "gateways.sandbox.wsgi:application"]
    child = Child(command, log=folder / "log", env={**os.environ, "SANDBOX_CONFIG": str(config)}, cwd=ROOT)
    child.start()
    url = f"http://{LOCALHOST}:{port}"
    deadline = time.monotonic() + 20
    while True:
        try:
            requests.get(f"{url}/control/health", timeout=1)
            break
        except requests.ConnectionError:
            assert time.monotonic() < deadline, child.last_words()
            time.sleep(0.05)
    yield url
    child.stop()


@pytest.fixture
def bank(_sandbox: str) -> Iterator[Bank]:
    """The banks, behaving well at the start of each test and dropping every notice to nobody."""
    requests.delete(f"{_sandbox}/control/faults", timeout=5)
    yield Bank(_sandbox)
    requests.delete(f"{_sandbox}/control/faults", timeout=5)


@pytest.fixture
def bill(bank: Bank) -> Bill:
    """A bill whose agency has a contract with every bank of the sandbox; no bank sends a notice."""
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
