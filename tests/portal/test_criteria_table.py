"""docs/criteria.md names tests that exist, and leaves out no criterion."""

from __future__ import annotations

import re

from portal.processes import ROOT

TABLE = (ROOT / "docs" / "criteria.md").read_text()


def test_each_criterion_has_a_line_and_an_answer() -> None:
    lines = re.findall(r"^\| (\d+) \|.*\| (yes|part|no)\b[^|]*\|$", TABLE, re.MULTILINE)
    assert [number for number, _answer in lines] == [str(number) for number in range(1, 55)]


def test_each_proof_exists() -> None:
    named = [found for found in re.findall(r"`([\w/]+)::(\w+)`", TABLE) if found != ("folder/file", "test")]
    assert len(named) > 55
    gone = [
        f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / "tests" / f"{file}.py").read_text()
    ]
    assert gone == []
