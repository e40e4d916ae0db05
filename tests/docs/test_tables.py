"""The tables of docs/ leave out no row, answer each one, and name tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = {name: (ROOT / f"docs/{name}.md").read_text() for name in ("reliability", "security", "criteria")}


def rows(table: str, letter: str) -> list[str]:
    """Return the identifiers of a table's rows, in order; one row may answer for several."""
    cells = re.findall(rf"^\| ({letter}\d+(?:, {letter}\d+)*) \|", table, re.MULTILINE)
    return [name for cell in cells for name in cell.split(", ")]


@pytest.mark.parametrize(
    ("table", "letter", "last"),
    [("reliability", "R-", 75), ("reliability", "I", 13), ("security", "S-", 78), ("criteria", "U-", 54)],
)
def test_every_number_has_exactly_one_row(table: str, letter: str, last: int) -> None:
    assert sorted(rows(TABLES[table], letter), key=lambda name: int(name.strip("RSUI-"))) == [
        f"{letter}{number}" for number in range(1, last + 1)
    ]


@pytest.mark.parametrize(
    ("table", "letter", "answers"),
    [
        ("reliability", "R-", r"\| (yes|part|no)\b[^|]*\|$"),
        ("criteria", "U-", r"\| (yes|part|no)\b[^|]*\|$"),
        ("security", "S-", r"^\| S-[^|]*\|[^|]*\| (done|partly|not) \|"),
    ],
)
def test_every_row_says_whether_it_holds(table: str, letter: str, answers: str) -> None:
    lines = [line for line in TABLES[table].splitlines() if line.startswith(f"| {letter}")]
    assert [line for line in lines if not re.search(answers, line)] == []


@pytest.mark.parametrize(("table", "least"), [("reliability", 60), ("criteria", 55), ("security", 25)])
def test_every_test_a_table_names_exists(table: str, least: int) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLES[table])
    assert len(named) > least
    assert [file for file, _test in named if not (ROOT / file).is_file()] == []
    assert [f"{file}::{test}" for file, test in named if test and f"def {test}(" not in (ROOT / file).read_text()] == []
