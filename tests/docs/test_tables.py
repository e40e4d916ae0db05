"""The tables of docs/ leave out no row, answer each one, and name tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RELIABILITY, SECURITY, CRITERIA = (
    (ROOT / "docs" / name).read_text() for name in ("reliability.md", "security.md", "criteria.md")
)


def rows(table: str, letter: str) -> list[str]:
    """Return the identifiers of a table's rows, in order; one row may answer for several."""
    cells = re.findall(rf"^\| ({letter}\d+(?:, {letter}\d+)*) \|", table, re.MULTILINE)
    return [name for cell in cells for name in cell.split(", ")]


@pytest.mark.parametrize(
    ("table", "letter", "last"),
    [(RELIABILITY, "R-", 74), (RELIABILITY, "I", 12), (SECURITY, "S-", 78), (CRITERIA, "U-", 54)],
)
def test_every_number_has_exactly_one_row(table: str, letter: str, last: int) -> None:
    assert sorted(rows(table, letter), key=lambda name: int(name.strip("RSUI-"))) == [
        f"{letter}{number}" for number in range(1, last + 1)
    ]


@pytest.mark.parametrize(
    ("table", "letter", "answers"),
    [
        (RELIABILITY, "R-", r"\| (yes|part|no)\b[^|]*\|$"),
        (CRITERIA, "U-", r"\| (yes|part|no)\b[^|]*\|$"),
        (SECURITY, "S-", r"^\| S-[^|]*\|[^|]*\| (done|partly|not) \|"),
    ],
)
def test_every_row_says_whether_it_holds(table: str, letter: str, answers: str) -> None:
    lines = [line for line in table.splitlines() if line.startswith(f"| {letter}")]
    assert [line for line in lines if not re.search(answers, line)] == []


@pytest.mark.parametrize(("table", "least"), [(RELIABILITY, 60), (CRITERIA, 55), (SECURITY, 25)])
def test_every_test_a_table_names_exists(table: str, least: int) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", table)
    assert len(named) > least
    assert [file for file, _test in named if not (ROOT / file).is_file()] == []
    assert [f"{file}::{test}" for file, test in named if test and f"def {test}(" not in (ROOT / file).read_text()] == []
