"""A tariff of the post and an agency; files and messages are kept apart for each test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agencies.models import Agency
from dossiers.post import orders
from tests.support import factories


@pytest.fixture(autouse=True)
def _ground(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path / "media", tmp_path / "messages.jsonl"
    orders.load_rates()


@pytest.fixture
def agency() -> Agency:
    return factories.agency()
