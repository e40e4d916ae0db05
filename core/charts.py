"""Where the bars of a chart stand. Pages pass series and draw them with `templates/components/`.

Places and lengths are texts, so that no locale groups their digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Label = TypeVar("Label")
#: Height of a row with its name above the bar, in units of the drawing.
_ROW = 46


@dataclass(frozen=True, slots=True)
class Bar(Generic[Label]):
    """One upright bar: what it is of, its value, and where it stands in the drawing."""

    label: Label
    value: int
    x: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Row:
    """One lying bar of a share, with its name above; `y` is where the row begins."""

    name: str
    percent: int
    y: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Lying bars one below the other, and how high the drawing is."""

    rows: Sequence[Row]
    height: str


def columns(
    values: Iterable[tuple[Label, int]], *, height: int, slot: int, left: int = 0, highest: int
) -> list[Bar[Label]]:
    """Return a bar for each value, `slot` apart, as high as `height` where the value is `highest`.

    Several series on one scale share `highest` and differ in `left`. What is not nothing can be seen.
    """
    bars = []
    for number, (label, value) in enumerate(values):
        tall = max(round(value * height / highest), 1) if value > 0 and highest > 0 else 0
        bars.append(Bar(label, value, str(number * slot + left), str(height - tall), str(tall)))
    return bars


def share_rows(shares: Iterable[tuple[str, int]]) -> Rows:
    """Return a row for each name and whole percent."""
    rows = [Row(name, percent, str(number * _ROW)) for number, (name, percent) in enumerate(shares)]
    return Rows(rows, str(len(rows) * _ROW))
