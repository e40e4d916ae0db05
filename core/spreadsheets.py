"""Rows as CSV (streamed) or XLSX (file), with formulas escaped.

Moments are read from the clock of Viet Nam (UTC+7); the heading of their column has to say so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

Cell = str | int | date | datetime | None
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
#: Rows of a sheet of Excel, without the headings.
MOST_ROWS = 1_048_575
_WIDTH = 22


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


class _Line:
    """What the writer writes into: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(headings: Sequence[object], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Yield a CSV line by line, with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([str(heading) for heading in headings])
    for row in rows:
        yield writer.writerow([_text(cell) for cell in row])


def csv_file(name: str, headings: Sequence[object], rows: Iterable[Iterable[Cell]]) -> StreamingHttpResponse:
    """Answer with a CSV that is saved as `name`, written while it is sent."""
    answer = StreamingHttpResponse(csv_lines(headings, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _text(cell: Cell) -> str | int:
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else harmless(cell) if isinstance(cell, str) else cell


def write_xlsx(
    file: IO[bytes],
    title: str,
    headings: Sequence[object],
    rows: Iterable[Iterable[Cell]],
    notes: Iterable[Sequence[str]],
) -> None:
    """Write a workbook row by row: the table, then a sheet of notes that explain it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number in range(len(headings)):
        sheet.column_dimensions[chr(ord("A") + number)].width = _WIDTH
    sheet.append([_bold(sheet, str(heading)) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, cell) for cell in row])
    explained = book.create_sheet(_("Giải thích"))
    explained.column_dimensions["A"].width, explained.column_dimensions["B"].width = 30, 90
    for note in notes:
        explained.append([_cell(explained, text) for text in note])
    book.save(file)


def _bold(sheet: Any, text: str) -> Any:
    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, timezone.localtime(value).replace(tzinfo=None))
        cell.number_format = "dd/mm/yyyy hh:mm:ss"
        return cell
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", harmless(value)))
    cell.data_type = "s"  # a text that begins with = is still a text
    return cell
