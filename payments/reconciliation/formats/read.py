"""Reads bank files into rows, whatever form they have.

Everything is read as a stream and strictly: a line that is not understood refuses the
whole file, because an amount read as zero would have somebody dunned (docs/reference/payment-systems.md#bugs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.values.money import grouped
from gateways.base import Capability, DamagedFile, FileFault, Gateway, Malformed, StatementRow
from payments.errors import StatementRefused

from . import delimited, headings, iso20022, refusals, swift, table, workbooks
from .values import LONGEST_REFERENCE

_LOOKED_AT = 4096
_EARLIEST_YEAR = 2000
_LARGEST_AMOUNT = 10**15
_DONG = frozenset(("VND", "VNĐ", "Đ", "ĐỒNG", "704"))
#: How a page of the bank begins, saved instead of its file.
_PAGE = (b"<!doctype html", b"<html", b"<table", b"<meta", b"<style")
Rows = Iterator[tuple[int, StatementRow]]


def rows_of(file: BinaryIO, adapter: Gateway, column_map: Mapping[str, str]) -> Rows:
    """Yield (line number, row) of a file in whatever form it is. Raises StatementRefused.

    `column_map` (merchant setting `statement_columns`) names the columns of this contract's
    files where they differ from `headings.COLUMNS`. Nothing may be used of a file that raises.
    """
    for number, row in _rows_of(file, adapter, column_map):
        yield number, _checked(number, row)


def heading_of(file: BinaryIO) -> headings.Heading | None:
    """Return the line of a table that is most like a heading, for a person to say what its columns are."""
    start = file.read(_LOOKED_AT)
    file.seek(0)
    try:
        if start.startswith(workbooks.XLSX):
            tables = [lines for _name, lines in workbooks.xlsx_sheets(file)]
        elif start.startswith(workbooks.XLS):
            tables = [lines for _name, lines in workbooks.xls_sheets(file)]
        elif iso20022.is_one(start) or swift.is_one(start):
            return None
        else:
            tables = [delimited.lines(file)]
        candidates = [headings.find(headings.with_text(lines), {})[1] for lines in tables]
    except StatementRefused:
        return None
    return max(filter(None, candidates), key=lambda heading: len(heading.positions), default=None)


def _checked(number: int, row: StatementRow) -> StatementRow:
    """Return what any row must be, whichever format it came in. Raises StatementRefused."""
    if row.occurred_at is None:
        raise refusals.at(number, "", _("thiếu thời gian giao dịch."))
    if row.occurred_at.year < _EARLIEST_YEAR:
        raise refusals.at(number, "", _("năm %s không thể có.") % row.occurred_at.year)
    if abs(row.amount) > _LARGEST_AMOUNT:
        raise refusals.at(number, "", _("số tiền lớn hơn mọi số tiền có thể có."))
    if "\0" in f"{row.gateway_ref}{row.merchant_ref}{row.account}":
        raise refusals.at(number, "", _("mã giao dịch, mã thanh toán hoặc tài khoản có ký tự không thể có."))
    if len(row.gateway_ref) > LONGEST_REFERENCE:
        raise refusals.at(number, "", _("mã giao dịch dài hơn %s ký tự.") % LONGEST_REFERENCE)
    if row.currency is None or row.currency == "VND":
        return row
    if row.currency.strip().upper() in _DONG:
        return replace(row, currency="VND")
    why = _("loại tiền là %(currency)s, chỉ đối chiếu được VND (số tiền %(amount)s %(currency)s).")
    raise refusals.at(number, "", why % {"currency": row.currency[:8], "amount": grouped(row.amount)})


def _rows_of(file: BinaryIO, adapter: Gateway, column_map: Mapping[str, str]) -> Rows:
    start = file.read(_LOOKED_AT)
    file.seek(0)
    if start.startswith(workbooks.XLSX):
        yield from _of_sheets(workbooks.xlsx_sheets(file), column_map)
    elif start.startswith(workbooks.XLS):
        yield from _of_sheets(workbooks.xls_sheets(file), column_map)
    elif iso20022.is_one(start):
        yield from iso20022.rows(file)
    elif swift.is_one(start):
        yield from swift.rows(file)
    elif start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGE):
        raise StatementRefused(_("Tệp là trang web mang đuôi Excel. Hãy mở bằng Excel rồi lưu lại dạng .xlsx."))
    else:
        yield from _of_text(file, adapter, column_map)


def _of_sheets(sheets: Iterator[workbooks.Sheet], column_map: Mapping[str, str]) -> Rows:
    """Read the one sheet that has the heading of a table: a cover sheet has none."""
    nearest, read = None, ""
    is_empty = True
    for name, lines in sheets:
        heading, candidate, following = headings.find(headings.with_text(lines), column_map)
        nearest = nearest or candidate
        if heading is None:
            is_empty = is_empty and next(following, None) is None
            continue
        if read:
            why = _("Tệp có giao dịch ở nhiều trang tính (%(first)s, %(second)s): lưu mỗi trang thành một tệp.")
            raise StatementRefused(why % {"first": read, "second": name})
        read = name
        yield from table.rows(heading, following)
    if not read:
        raise table.empty() if is_empty else headings.missing(nearest, column_map)


def _of_text(file: BinaryIO, adapter: Gateway, column_map: Mapping[str, str]) -> Rows:
    try:
        heading, nearest, following = headings.find(headings.with_text(delimited.lines(file)), column_map)
    except StatementRefused:
        heading, nearest, following = None, None, None
        if Capability.STATEMENT not in adapter.capabilities:
            raise
    if heading and following:
        yield from table.rows(heading, following)
    elif nearest is None and Capability.STATEMENT in adapter.capabilities:
        yield from _of_gateway(file, adapter)
    elif following and next(following, None) is None:
        raise table.empty()
    else:
        raise headings.missing(nearest, column_map)


def _of_gateway(file: BinaryIO, adapter: Gateway) -> Rows:
    file.seek(0)
    if not file.read(1):
        raise table.empty()
    file.seek(0)
    try:
        yield from enumerate(adapter.statement(file), start=2)  # type: ignore[attr-defined]
    except DamagedFile as error:
        if error.fault == FileFault.FOREIGN:
            raise headings.missing(None, {}) from error
        raise _damaged(error) from error
    except Malformed as error:
        raise StatementRefused(
            _("Tệp không có tiêu đề bảng sao kê, và không đúng định dạng tệp đối soát của cổng.")
        ) from error


def _damaged(error: DamagedFile) -> StatementRefused:
    why = {
        FileFault.CHECKSUM: _("mã kiểm tra của dòng không khớp: tệp đã bị sửa hoặc hỏng."),
        FileFault.SHAPE: _("không đúng số cột của tệp đối soát."),
        FileFault.AMOUNT: _("không hiểu số tiền."),
        FileFault.CUT_OFF: _("tệp thiếu dòng: dòng cuối không ghi đúng số dòng."),
        FileFault.ENCODING: _("tệp không mã hóa UTF-8."),
    }[error.fault]
    return refusals.at(error.line, "", why) if error.line else StatementRefused(_("Tệp đối soát hỏng: %s") % why)
