"""docs/reliability.md names tests that exist, and leaves out no scenario."""

from __future__ import annotations

import re

from portal.processes import ROOT

TABLE = (ROOT / "docs" / "reliability.md").read_text()


def test_each_scenario_and_invariant_has_a_line() -> None:
    assert re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE) == [str(number) for number in range(1, 73)]
    assert re.findall(r"^\| (I\d+) \|", TABLE, re.MULTILINE) == [f"I{number}" for number in range(1, 13)]


def test_each_proof_exists() -> None:
    named = [found for found in re.findall(r"`([\w/]+)::(\w+)`", TABLE) if found != ("folder/file", "test")]
    assert len(named) > 60
    gone = [
        f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / "tests" / f"{file}.py").read_text()
    ]
    assert gone == []
