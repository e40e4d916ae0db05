"""Reading the numbers a fee depends on, as people type them: one of each, or a row for each of several papers.

Papers are priced one by one, each with its own number of pages and of copies, so they are asked for in rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.values.money import grouped

from .inputs import FactField
from .records import Quantity

#: Of anything a fee counts; of papers side by side.
MOST_UNITS = 10_000
MOST_PAPERS = 30
#: Rows to fill in for who has no script that adds one.
SPARE_ROWS = 3
_NUMBER = re.compile(r"(-?\d{1,6}|\d{1,3}(?:\.\d{3})+)\s*[^\W\d_]{0,10}")
#: A comma or a point between two digits is no list: "1,5" may be a half too many, "1.200" is one number.
_SEVERAL = re.compile(r"\d{1,6}(?:(?:,?\s+|\s*[;+]\s*|\s*và\s*)\d{1,6})*", re.ASCII)


class Cell(NamedTuple):
    """A number to fill in: what was typed, and what is wrong with it."""

    field: FactField
    text: str
    fault: str = ""


@dataclass(frozen=True)
class Counts:
    """The numbers of one case: `rows` as typed, one for each paper, or a single one."""

    fields: tuple[FactField, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def are_papers(self) -> bool:
        """Several things may be told side by side."""
        return any(field.is_per_paper for field in self.fields)

    @property
    def rows_with_spare(self) -> list[tuple[Cell, ...]]:
        """The rows as typed, and some empty ones to fill in without a script."""
        free = max(min(SPARE_ROWS, MOST_PAPERS - len(self.rows)), 0)
        return [*self.rows, *(tuple(Cell(field, "") for field in self.fields) for _number in range(free))]

    @cached_property
    def faults(self) -> dict[str, list[str]]:
        """What cannot be read, by the names of the fields."""
        faults: dict[str, list[str]] = {}
        for number, row in enumerate(self.rows, 1):
            for cell in row:
                if cell.fault:
                    paper = _("Giấy tờ %(number)d: ") % {"number": number} if len(self.rows) > 1 else ""
                    faults.setdefault(cell.field.name, []).append(paper + cell.fault)
        return faults

    @property
    def labelled_faults(self) -> list[tuple[str, str]]:
        """What cannot be read, each with the label of its field."""
        labels = {field.name: field.label for field in self.fields}
        return [(labels[name], fault) for name, faults in self.faults.items() for fault in faults]

    @property
    def quantities(self) -> dict[str, Quantity]:
        """The numbers for `Facts`: of several papers a list for each field. Raises ValueError when one has a fault."""
        columns = {
            field.name: [read_number(row[place].text) for row in self.rows] for place, field in enumerate(self.fields)
        }
        return {name: numbers[0] if len(numbers) == 1 else numbers for name, numbers in columns.items()}

    @property
    def typed(self) -> dict[str, list[str]]:
        """What was typed, as a browser sends it."""
        return {field.name: [row[place].text for row in self.rows] for place, field in enumerate(self.fields)}

    @property
    def in_words(self) -> str:
        """The papers as people read them: "4 trang × 3 bản; 1 trang × 1 bản"."""
        return "; ".join(" × ".join(f"{cell.text} {cell.field.unit}" for cell in row) for row in self.rows)


def read_counts(fields: Sequence[FactField], typed: Mapping[str, Sequence[str]]) -> Counts:
    """Read what was typed, field → its values in the order of the rows; what was not asked yet begins with 1."""
    columns = [list(typed.get(field.name, ["1"])) or [""] for field in fields]
    are_papers = any(field.is_per_paper for field in fields)
    height = max(map(len, columns), default=0) if are_papers else 1
    rows = [[column[row].strip() if row < len(column) else "" for column in columns] for row in range(height)]
    if are_papers:
        filled = [row for row in rows if any(row)] or rows[:1]
        rows = [paper for row in filled for paper in _apart(row)][:MOST_PAPERS]
    return Counts(
        tuple(fields),
        tuple(tuple(Cell(field, text, _fault(text)) for field, text in zip(fields, row, strict=True)) for row in rows),
    )


def _apart(row: list[str]) -> Iterable[list[str]]:
    """Take papers apart that somebody wrote into one row: "4, 1" pages, "3" or "3, 1" copies."""
    lists = [_numbers(text) for text in row]
    height = max(len(numbers) for numbers in lists)
    if height < 2 or any(len(numbers) not in (1, height) for numbers in lists):
        return [row]
    return [[numbers[place if len(numbers) > 1 else 0] for numbers in lists] for place in range(height)]


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text) if _SEVERAL.fullmatch(text) else [text]


def read_number(text: str) -> int:
    """Return the number of a text, with or without its unit: "3 bản". Raises ValueError."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return int(match[1].replace(".", ""))


def _fault(text: str) -> str:
    if not text:
        return _("Hãy điền số.")
    try:
        number = read_number(text)
    except ValueError:
        return _("Không đọc được “%(text)s”. Hãy viết một số nguyên, ví dụ 3.") % {"text": text[:30]}
    if number < 1:
        return _("Ít nhất là 1.")
    return _("Nhiều nhất là %(most)s.") % {"most": grouped(MOST_UNITS)} if number > MOST_UNITS else ""
