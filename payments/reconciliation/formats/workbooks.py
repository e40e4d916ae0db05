"""Sheets of Excel files (.xlsx and .xls) as lines of cells, numbers as they are shown."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

import openpyxl
import xlrd
from django.utils.translation import gettext as _

from payments.errors import StatementRefused

from .headings import Line
from .values import number

#: Bytes a workbook may come to when unpacked: about 200,000 rows. A bank's file of more is a CSV.
LARGEST_WORKBOOK = 128 * 1024 * 1024
#: An .xls is read as a whole; it has at most 65,536 rows a sheet.
LARGEST_XLS = 32 * 1024 * 1024
#: Columns that are read of a sheet; a bank's statement has a dozen.
MOST_COLUMNS = 50
XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
Sheet = tuple[str, Iterator[Line]]


def xlsx_sheets(file: BinaryIO) -> Iterator[Sheet]:
    """Yield the visible sheets of an .xlsx, each with its lines. Raises StatementRefused."""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST_WORKBOOK:
                raise StatementRefused(_("Tệp Excel quá lớn khi giải nén; hãy dùng CSV."))
        file.seek(0)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield sheet.title, _xlsx_lines(sheet)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _not_opened() from error


def _xlsx_lines(sheet: Any) -> Iterator[Line]:
    try:
        for place, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
            yield place, [_text(cell.value, cell) for cell in row]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _not_opened() from error


def _text(value: object, cell: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, str(cell.number_format or ""))
    return str(value)


def xls_sheets(file: BinaryIO) -> Iterator[Sheet]:
    """Yield the visible sheets of an .xls of Excel 97–2003. Raises StatementRefused."""
    content = file.read(LARGEST_XLS + 1)
    if len(content) > LARGEST_XLS:
        raise StatementRefused(_("Tệp .xls quá lớn; hãy lưu lại dạng .xlsx hoặc CSV."))
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True)
    except Exception as error:  # xlrd raises whatever a damaged record leads to
        raise _not_opened() from error
    for sheet in book.sheets():
        if sheet.visibility == 0:
            yield sheet.name, _xls_lines(book, sheet)


def _xls_lines(book: Any, sheet: Any) -> Iterator[Line]:
    for row in range(sheet.nrows):
        width = min(sheet.row_len(row), MOST_COLUMNS)
        yield row + 1, [_xls_text(book, sheet.cell(row, column)) for column in range(width)]


def _xls_text(book: Any, cell: Any) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return str(cell.value)
        return str(moment.strftime("%H:%M:%S" if cell.value < 1 else "%Y-%m-%d %H:%M:%S"))
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        pattern = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return number(cell.value, pattern)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return "#" + str(xlrd.error_text_from_code.get(cell.value, cell.value)).lstrip("#")
    return str(cell.value)


def _not_opened() -> StatementRefused:
    return StatementRefused(_("Không mở được tệp Excel: tệp hỏng hoặc có mật khẩu. Hãy mở bằng Excel rồi lưu lại."))
