"""A fee schedule as an Excel workbook, imported as a whole or not at all.

The columns are those of `COLUMNS`; one row is one rule. A second sheet holds who pays less
(`workbook_exemptions`); a file without it leaves them as they are. Cells that begin like a formula go
out as text, and a formula that comes in is refused: nothing is ever calculated from a file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from procedures.models import Exemption, FeeRule, FeeSchedule, ProcedureCase

from . import workbook_exemptions
from .tiers import read_tiers, write_tiers

#: Field of the rule → heading of its column.
COLUMNS = {
    "case": "Trường hợp",
    "code": "Mã khoản",
    "name": "Tên khoản",
    "kind": "Loại (phi, le_phi)",
    "channel": "Kênh (any, online, counter)",
    "applicant": "Người nộp",
    "area": "Địa bàn",
    "timing": "Thời điểm",
    "price": "Mức thu (đồng)",
    "unit": "Đơn vị",
    "is_to_be_determined": "Xác định sau (x)",
    "quantity_fact": "Số lượng theo",
    "times_fact": "Nhân với",
    "free_quantity": "Không tính (đơn vị đầu)",
    "tiers": "Bậc (đến 2: 2.000; còn lại: 1.000)",
    "cap": "Tối đa (đồng)",
    "refund_policy": "Hoàn tiền",
    "refund_text": "Căn cứ về hoàn tiền",
    "legal_basis": "Căn cứ riêng",
}
NUMBERS = {"price", "free_quantity", "cap"}
DEFAULTS = {"channel": "any", "applicant": "any", "area": "any", "timing": "any", "refund_policy": "manual"}
MOST_ROWS = 500
MOST_BYTES = 256 * 1024
#: A small file may unpack to a large one.
MOST_UNPACKED = 4 * 1024 * 1024


class WorkbookRefused(Exception):
    """The file cannot be taken in; `messages` say why, each with its row, in the reader's language."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, checked but not saved; `exemptions` is None where it has no sheet of them."""

    rules: list[FeeRule]
    exemptions: list[Exemption] | None


def write(schedule: FeeSchedule) -> bytes:
    """Return the rules and exemptions of a schedule as an .xlsx file."""
    book = Workbook()
    _fill(book.active, str(schedule)[:31], COLUMNS, (cells(rule) for rule in schedule.rules.select_related("case")))
    reduced = (workbook_exemptions.cells(row) for row in schedule.exemptions.order_by("pk"))
    _fill(book.create_sheet(), workbook_exemptions.SHEET, workbook_exemptions.COLUMNS, reduced)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(sheet: Any, title: str, columns: Mapping[str, str], rows: Iterable[Iterable[Any]]) -> None:
    sheet.title = title
    for column, heading in enumerate(columns.values(), 1):
        sheet.cell(1, column, heading).font = Font(bold=True)
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with = is still a text
    sheet.freeze_panes = "A2"


def cells(rule: FeeRule) -> Iterator[str | int | None]:
    """Yield a rule as the cells of its row."""
    for field in COLUMNS:
        if field == "case":
            yield rule.case.name if rule.case else None
        elif field == "tiers":
            yield write_tiers(rule.tiers) or None
        elif field == "is_to_be_determined":
            yield "x" if rule.is_to_be_determined else None
        else:
            value = getattr(rule, field)
            yield value if value != "" else None


def read(file: IO[bytes], schedule: FeeSchedule) -> Content:
    """Return what a workbook holds for a schedule, checked but not saved.

    Raises WorkbookRefused with every fault of every row at once.
    """
    cases = {case.name: case for case in ProcedureCase.objects.filter(procedure=schedule.procedure_id)}
    rules: list[FeeRule] = []
    faults: list[str] = []
    seen: dict[tuple[object, ...], int] = {}
    sheets = _sheets(file)
    for number, cells in _rows(sheets[0], COLUMNS):
        rule = _rule(cells, schedule, cases)
        if isinstance(rule, list):
            faults += [_("Dòng %(number)d: %(fault)s") % {"number": number, "fault": fault} for fault in rule]
            continue
        rule.position = len(rules)
        key = (rule.case_id, rule.code, rule.channel, rule.applicant, rule.area, rule.timing)
        if key in seen:
            message = _("Dòng %(number)d: trùng đối tượng và kênh với dòng %(first)d.")
            faults.append(message % {"number": number, "first": seen[key]})
        seen[key] = number
        rules.append(rule)
    if not rules and not faults:
        faults.append(_("Tệp không có dòng nào."))
    exemptions = None
    if len(sheets) > 1:
        exemptions, more = workbook_exemptions.read(_rows(sheets[1], workbook_exemptions.COLUMNS), schedule)
        faults += more
    if faults:
        raise WorkbookRefused(faults)
    return Content(rules, exemptions)


def _sheets(file: IO[bytes]) -> list[list[tuple[Any, ...]]]:
    """Return the rows of the first sheet, and of that of exemptions where there is one. Raises WorkbookRefused."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise WorkbookRefused([_("Tệp lớn hơn 256 kB.")])
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise WorkbookRefused([_("Tệp giải nén quá lớn.")])
        book = load_workbook(BytesIO(content), read_only=True, data_only=False)
        wanted = [(book.worksheets[0], COLUMNS)]
        if workbook_exemptions.SHEET in book.sheetnames[1:]:
            wanted.append((book[workbook_exemptions.SHEET], workbook_exemptions.COLUMNS))
        return [
            [tuple(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=len(columns))]
            for sheet, columns in wanted
        ]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError) as error:
        # SyntaxError: what the XML parser raises.
        raise WorkbookRefused([_("Không đọc được: cần tệp Excel .xlsx.")]) from error


def _rows(rows: Sequence[tuple[Any, ...]], columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield number and cells of each row that is not empty. Raises WorkbookRefused."""
    headings = [str(cell.value or "").strip() for cell in rows[0]] if rows else []
    if headings != list(columns.values()):
        raise WorkbookRefused([_("Dòng 1: các cột phải như trong tệp đã xuất.")])
    if len(rows) > MOST_ROWS + 1:
        raise WorkbookRefused([_("Nhiều hơn %(most)d dòng.") % {"most": MOST_ROWS}])
    for number, row in enumerate(rows[1:], 2):
        if any(cell.value not in (None, "") for cell in row):
            cells = dict.fromkeys(columns) | {field: cell.value for field, cell in zip(columns, row, strict=False)}
            formulas = [columns[field] for field, cell in zip(columns, row, strict=False) if cell.data_type == "f"]
            if formulas:
                message = _("Dòng %(number)d: ô “%(column)s” là công thức; hãy ghi giá trị.")
                raise WorkbookRefused([message % {"number": number, "column": name} for name in formulas])
            yield number, cells


def _rule(cells: dict[str, Any], schedule: FeeSchedule, cases: dict[str, ProcedureCase]) -> FeeRule | list[str]:
    faults: list[str] = []
    values: dict[str, Any] = {}
    for field, heading in COLUMNS.items():
        value = cells.get(field)
        text = "" if value is None else str(value).strip()
        if field in NUMBERS:
            number = _number(value)
            if number is None and text:
                faults.append(_("“%(column)s” phải là số nguyên không âm.") % {"column": heading})
            values[field] = number if number is not None or field == "cap" else 0
        elif field == "case":
            if text and text not in cases:
                faults.append(_("không có trường hợp “%(name)s”.") % {"name": text[:80]})
            values[field] = cases.get(text)
        elif field == "tiers":
            values[field] = _tiers(text, faults)
        elif field == "is_to_be_determined":
            values[field] = bool(text)
        else:
            values[field] = text or DEFAULTS.get(field, "")
    if cells.get("price") in (None, "") and not values["is_to_be_determined"] and not values["tiers"]:
        faults.append(_("thiếu mức thu; ghi 0 nếu không thu."))
    rule = FeeRule(schedule=schedule, **values)
    try:
        rule.clean_fields(exclude=["schedule"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            faults.append(f"“{COLUMNS.get(field, field)}”: {' '.join(messages)}")
    return faults or rule


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else ""
    text = str(value).strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= 15
    return int(text) if is_number else None


def _tiers(text: str, faults: list[str]) -> list[dict[str, int | None]]:
    """Read the cell; what cannot be tiers is a fault."""
    try:
        return read_tiers(text)
    except ValueError:
        faults.append(_("“Bậc” không đọc được. Ghi như: đến 2: 2.000; còn lại: 1.000."))
        return []
