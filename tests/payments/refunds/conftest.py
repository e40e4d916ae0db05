"""What refunds tell to who listens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from payments.signals import money_returned, refund_decided


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """What the signals of refunds told, in order."""
    told: list[Any] = []

    def note(signal: Any, sender: Any, **values: Any) -> None:
        told.append(values)

    refund_decided.connect(note)
    money_returned.connect(note)
    yield told
    refund_decided.disconnect(note)
    money_returned.disconnect(note)
