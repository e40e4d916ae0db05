"""Reads bank files into rows: the gateway's own format, CSV or XLSX with a column map.

Everything is read as a stream and strictly: a line that is not understood refuses the
whole file, because an amount read as zero would have somebody dunned (docs/reference/payment-systems.md#bugs).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

import openpyxl
from django.utils.translation import gettext as _

from gateways.base import Capability, Gateway, Malformed, StatementRow
from gateways.codecs.timestamps import VIETNAM
from payments.errors import StatementRefused

#: Our name for a column → the names banks give it, compared without case and spaces.
COLUMNS: dict[str, tuple[str, ...]] = {
    "reference": ("reference", "ref", "mã giao dịch", "số tham chiếu", "số giao dịch", "transaction id"),
    "amount": ("amount", "credit", "số tiền", "ghi có", "phát sinh có", "số tiền ghi có"),
    "time": ("time", "date", "ngày giao dịch", "thời gian", "thời gian giao dịch", "ngày giờ"),
    "code": ("code", "mã thanh toán", "mã khách hàng", "mã đơn hàng", "order id"),
    "account": ("account", "tài khoản", "số tài khoản"),
    "currency": ("currency", "loại tiền"),
    "description": ("description", "nội dung", "diễn giải", "nội dung giao dịch", "remark"),
}
REQUIRED = ("reference", "amount", "time")
#: Whole đồng: plain, grouped by dots or by commas, with an optional empty fraction. No exponent, no sign.
_AMOUNT = re.compile(r"(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+)(?:[.,]00?)?")
_TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M:%S",
    "%Y%m%d%H%M%S", "%d/%m/%Y", "%Y-%m-%d",
)  # fmt: skip
#: Bytes a workbook may come to when unpacked: about 200,000 rows. A bank's file of more is a CSV.
LARGEST_WORKBOOK = 128 * 1024 * 1024
#: Columns that are read of a sheet; a bank's statement has a dozen.
MOST_COLUMNS = 50
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_XLSX = b"PK\x03\x04"


def rows_of(file: BinaryIO, adapter: Gateway, column_map: Mapping[str, str]) -> Iterator[tuple[int, StatementRow]]:
    """Yield (line number, row) of a file in whatever form it is. Raises StatementRefused.

    `column_map` (merchant setting `statement_columns`) names the columns of this contract's
    files where they differ from COLUMNS. Nothing may be used of a file that raises.
    """
    start = file.read(4)
    file.seek(0)
    try:
        if start == _XLSX:
            yield from _table(_sheet(file), column_map)
        elif Capability.STATEMENT in adapter.capabilities and not column_map and not _looks_like_csv(file):
            yield from enumerate(adapter.statement(file), start=2)  # type: ignore[attr-defined]
        else:
            yield from _table(_csv(file), column_map)
    except Malformed as error:
        raise StatementRefused(_("Tệp của cổng bị hỏng hoặc thiếu dòng: %(why)s") % {"why": error}) from error


def whole_dong(text: str) -> int:
    """Read an amount of a bank's file. Raises ValueError for anything that is not plainly whole đồng."""
    text = text.strip().replace("\u00a0", "").removesuffix("VND").removesuffix("đ").strip()
    if not _AMOUNT.fullmatch(text):
        raise ValueError(text)
    whole = re.sub(r"[.,]00?$", "", text) if re.search(r"[.,]\d{1,2}$", text) else text
    return int(whole.replace(".", "").replace(",", ""))


def moment(text: str) -> datetime:
    """Read a time of a bank's file, in Vietnam time. Raises ValueError."""
    text = text.strip()
    for pattern in _TIMES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    raise ValueError(text)


def _looks_like_csv(file: BinaryIO) -> bool:
    """Tell whether the first line names our columns: a gateway's own file never does."""
    first = file.readline(4000)
    file.seek(0)
    if first.startswith(_UTF16):
        return True
    names = {_plain(name) for name in re.split(r"[;,\t]", first.decode("utf-8-sig", "replace"))}
    return all(names & set(COLUMNS[name]) for name in REQUIRED)


def _csv(file: BinaryIO) -> Iterator[list[str]]:
    start = file.read(2)
    file.seek(0)
    encoding = "utf-16" if start in _UTF16 else "utf-8-sig"
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        first = text.readline(10_000)
        text.seek(0)
        delimiter = max(";\t,", key=first.count)
        yield from csv.reader(text, delimiter=delimiter, strict=True)
    except (UnicodeError, csv.Error) as error:
        raise StatementRefused(_("Tệp không phải CSV mã hóa UTF-8. Hãy lưu lại dạng CSV UTF-8.")) from error


def _sheet(file: BinaryIO) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST_WORKBOOK:
                raise StatementRefused(_("Tệp Excel quá lớn khi giải nén; hãy dùng CSV."))
        file.seek(0)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True):
            yield [_cell(value) for value in row]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise StatementRefused(_("Không mở được tệp Excel.")) from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        # Excel keeps every number as a float; above 2**53 digits are lost, so it is refused below.
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)


def _plain(name: str) -> str:
    return " ".join(name.replace('"', "").lower().split())


def _positions(header: list[str], column_map: Mapping[str, str]) -> dict[str, int]:
    names = [_plain(cell) for cell in header]
    positions = {}
    for column, usual in COLUMNS.items():
        wanted = (_plain(column_map[column]),) if column in column_map else usual
        position = next((names.index(name) for name in wanted if name in names), None)
        if position is not None:
            positions[column] = position
    if missing := [column for column in REQUIRED if column not in positions]:
        raise StatementRefused(
            _("Dòng đầu thiếu cột: %(columns)s. Tên cột được đặt ở tài khoản cổng thanh toán.")
            % {"columns": ", ".join(COLUMNS[column][-2] for column in missing)}
        )
    return positions


def _table(lines: Iterable[list[str]], column_map: Mapping[str, str]) -> Iterator[tuple[int, StatementRow]]:
    positions: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not any(cell.strip() for cell in line):
            continue
        if not positions:
            positions = _positions(line, column_map)
            continue
        yield number, _row(number, line, positions)
    if not positions:
        raise StatementRefused(_("Tệp trống."))


def _row(number: int, line: list[str], positions: Mapping[str, int]) -> StatementRow:
    cells = {name: line[at].strip() if at < len(line) else "" for name, at in positions.items()}
    try:
        amount = whole_dong(cells["amount"])
        if amount <= 0:
            raise ValueError(cells["amount"])
    except ValueError as error:
        raise _refused(number, _("số tiền"), cells["amount"]) from error
    try:
        at = moment(cells["time"])
    except ValueError as error:
        raise _refused(number, _("thời gian"), cells["time"]) from error
    if not cells["reference"]:
        raise _refused(number, _("mã giao dịch"), "")
    return StatementRow(
        gateway_ref=cells["reference"],
        merchant_ref=cells.get("code", ""),
        amount=amount,
        currency=cells.get("currency") or None,
        account=cells.get("account", ""),
        occurred_at=at,
        facts={"description": cells.get("description", "")},
    )


def _refused(number: int, what: str, text: str) -> StatementRefused:
    return StatementRefused(
        _("Dòng %(line)s: không hiểu %(what)s “%(text)s”. Không dòng nào được ghi.")
        % {"line": number, "what": what, "text": text[:60]}
    )
