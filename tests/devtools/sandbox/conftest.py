"""One sandbox a worker; every test leaves it without faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.support.banks import Sandbox, running_sandbox


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep what talks to a sandbox in one worker, and out of `make test-fast`: it is a process of its own."""
    if "shared_sandbox" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("sandbox"))
        item.add_marker("slow")


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that several tests talk to."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The shared sandbox, behaving well at the start and at the end."""
    yield shared_sandbox
    requests.delete(f"{shared_sandbox.url}/control/faults", timeout=10)
