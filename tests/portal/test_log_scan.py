"""The scan of the journeys' logs finds what it looks for, and takes no time or order number for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys import log_scan


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("ERROR sent to +84912345678", True),
        ("ERROR sent to 0912345678", True),
        ("WARNING refused 025190000123", True),
        ("INFO card 4111 1111 1111 1111", True),
        ("INFO signed with s3cret-of-the-bank", True),
        ("2026-11-24 09:32:00,308 INFO order MC0912345678901 paid", False),
        ("INFO linked to 15:cf16d35d79e0cff2532e3572601c675f52b46a5ff3aa0905102513d168b7ff28", False),
        ("INFO H44.40-261124-0005 took 0.20912345 s, notification 17", False),
    ],
)
def test_a_line_is_judged(tmp_path: Path, line: str, is_told: bool) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/web.log").write_text(line)
    (tmp_path / "demo.json").write_text("{}")
    (tmp_path / "contracts.json").write_text(json.dumps({"vnptpay": {"secrets": {"secret_key": "s3cret-of-the-bank"}}}))
    assert bool(log_scan.faults(tmp_path)) is is_told
