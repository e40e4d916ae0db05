"""The real data, loaded once for all tests of this folder that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agencies import loading as agencies_loading
from procedures.loading import procedures as loading
from tests.support import snapshots
from tests.support.emptying import empty, may_put_triggers_to_sleep

_kept: list[snapshots.Snapshot] = []


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let one worker run all that asks for the data: each would load it anew for each module."""
    if "data" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("real data"))


@pytest.fixture(scope="module")
def data(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """414 agencies, 81 procedures, the calendar; loaded for the first module, put back for the others."""
    with django_db_blocker.unblock():
        if _kept:
            snapshots.put_back(_kept[0])
        else:
            agencies_loading.load()
            loading.load()
            if may_put_triggers_to_sleep():
                _kept.append(snapshots.take())
        yield
        with django_db_blocker.unblock():
            empty()
