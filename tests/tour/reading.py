"""Reads the tour: parts by role, rows of what to do and what one sees, commands for a terminal.

A strict form, so that nothing is only said: an act that no sentence of `playing.py` knows is a fault, and so is a row
that promises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TOUR = Path(__file__).resolve().parents[2] / "docs/tour.md"
_QUOTED = re.compile(r"“([^”]+)”")
_REMARK = re.compile(r" \([^)]*\)$")
_PART = re.compile(r"^## (\d+\. .+)$")
_ROW = re.compile(r"^\| (.+) \| (.+) \|$")


@dataclass(frozen=True, slots=True)
class Step:
    """Acts in a browser, or one command, and the texts that must be seen then; `line` of the page."""

    line: int
    acts: tuple[str, ...]
    seen: tuple[str, ...]
    command: str = ""


@dataclass(slots=True)
class Part:
    """What one role does."""

    title: str
    steps: list[Step] = field(default_factory=list)


def parts(text: str) -> list[Part]:
    """Return the parts in their order. Raises ValueError for a row that promises nothing."""
    read: list[Part] = []
    command: list[str] = []
    fence = begun = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            fence = 0 if fence else number
            begun = fence or begun
        elif fence:
            command.append(line)
        elif command and line.startswith("You see"):
            read[-1].steps.append(Step(begun, (), _promised(line, number), "\n".join(command)))
            command = []
        elif heading := _PART.match(line):
            read.append(Part(heading[1]))
        elif read and (row := _ROW.match(line)) and row[1] != "Do":
            read[-1].steps.append(Step(number, tuple(_acts(row[1])), _promised(row[2], number)))
    return read


def _acts(cell: str) -> Iterator[str]:
    for act in cell.split("; "):
        plain = _REMARK.sub("", act)
        yield plain[0].upper() + plain[1:]


def _promised(cell: str, number: int) -> tuple[str, ...]:
    texts = tuple(text.replace("`", "") for text in _QUOTED.findall(cell))
    if not texts:
        raise ValueError(f"line {number}: nothing is promised to be seen")
    return texts
