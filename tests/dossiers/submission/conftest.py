"""Where somebody applies, and what for; files and messages are kept apart for each test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agencies.models import Agency
from procedures.models import ProcedureCase
from tests.support import factories
from tests.support.submitting import asking


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path / "media", tmp_path / "messages.jsonl"


@pytest.fixture
def agency() -> Agency:
    return factories.agency()


@pytest.fixture
def case(agency: Agency) -> ProcedureCase:
    return asking(agency)
