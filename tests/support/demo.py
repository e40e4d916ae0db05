"""The fixture `demo`: the whole demo, once for a worker; the tests that use it are of one group (stage.MARKS)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys import log_scan
from tests.journeys.stage import running_demo

#: Work for each account, and little else: more would only cost time.
DOSSIERS = 150


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Its `demo.json`; at the end nothing stands in its logs that must not. A small year was lived in it."""
    folder = tmp_path_factory.mktemp("demo")
    with running_demo(folder, dossiers=DOSSIERS) as note:
        yield note
        assert log_scan.faults(folder) == []
