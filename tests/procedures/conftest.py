"""The real data, loaded once for all tests of this folder that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from agencies import loading as agencies_loading
from procedures.loading import procedures as loading


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let one worker run all that asks for the data: each would load it anew for each module."""
    if "data" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("real data"))


@pytest.fixture(scope="module")
def data(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """414 agencies, 81 procedures, the calendar; emptied again at the end of the module."""
    with django_db_blocker.unblock():
        agencies_loading.load()
        loading.load()
        yield
        with django_db_blocker.unblock():
            call_command("flush", "--no-input", verbosity=0, allow_cascade=True)
