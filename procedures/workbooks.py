"""A fee schedule as an Excel workbook: out to be worked on, back in as a whole or not at all.

The columns are those of `COLUMNS`; one row is one rule. Cells that begin like a formula go
out as text, and a formula that comes in is refused: nothing is ever calculated from a file.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from agencies import audit
from agencies.models import User

from .errors import IllegalScheduleMove
from .models import FeeRule, FeeSchedule, ProcedureCase, ScheduleState

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
    "tiers": "Bậc (JSON)",
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
MOST_UNPACKED = 20 * 1024 * 1024


class WorkbookRefused(Exception):
    """The file cannot be taken in; `messages` say why, each with its row, in the reader's language."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the preview: `kind` is added, changed or removed; texts are what people read."""

    kind: str
    name: str
    before: str
    after: str


def write(schedule: FeeSchedule) -> bytes:
    """Return the rules of a schedule as an .xlsx file."""
    book = Workbook()
    sheet = book.active
    sheet.title = str(schedule)[:31]
    for column, heading in enumerate(COLUMNS.values(), 1):
        sheet.cell(1, column, heading).font = Font(bold=True)
    for number, rule in enumerate(schedule.rules.select_related("case"), 2):
        for column, value in enumerate(_cells(rule), 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with = is still a text
    sheet.freeze_panes = "A2"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cells(rule: FeeRule) -> Iterator[str | int | None]:
    for field in COLUMNS:
        if field == "case":
            yield rule.case.name if rule.case else None
        elif field == "tiers":
            yield json.dumps(rule.tiers, sort_keys=True) if rule.tiers else None
        elif field == "is_to_be_determined":
            yield "x" if rule.is_to_be_determined else None
        else:
            value = getattr(rule, field)
            yield value if value != "" else None


def read(file: IO[bytes], schedule: FeeSchedule) -> list[FeeRule]:
    """Return the rules that a workbook holds for a schedule, checked but not saved.

    Raises WorkbookRefused with every fault of every row at once.
    """
    cases = {case.name: case for case in ProcedureCase.objects.filter(procedure=schedule.procedure_id)}
    rules: list[FeeRule] = []
    faults: list[str] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, cells in _rows(file):
        found = _rule(cells, schedule, cases)
        if isinstance(found, list):
            faults += [_("Dòng %(number)d: %(fault)s") % {"number": number, "fault": fault} for fault in found]
            continue
        found.position = len(rules)
        key = (found.case_id, found.code, found.channel, found.applicant, found.area, found.timing)
        if key in seen:
            told = _("Dòng %(number)d: trùng đối tượng và kênh với dòng %(first)d.")
            faults.append(told % {"number": number, "first": seen[key]})
        seen[key] = number
        rules.append(found)
    if not rules and not faults:
        faults.append(_("Tệp không có dòng nào."))
    if faults:
        raise WorkbookRefused(faults)
    return rules


def _rows(file: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield number and cells of each row that is not empty. Raises WorkbookRefused."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise WorkbookRefused([_("Tệp lớn hơn 256 kB.")])
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise WorkbookRefused([_("Tệp giải nén quá lớn.")])
        sheet = load_workbook(BytesIO(content), read_only=True, data_only=False).worksheets[0]
        rows = [tuple(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=len(COLUMNS))]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError) as error:
        # SyntaxError: what the XML parser raises.
        raise WorkbookRefused([_("Không đọc được: cần tệp Excel .xlsx.")]) from error
    headings = [str(cell.value or "").strip() for cell in rows[0]] if rows else []
    if headings != list(COLUMNS.values()):
        raise WorkbookRefused([_("Dòng 1: các cột phải như trong tệp đã xuất.")])
    if len(rows) > MOST_ROWS + 1:
        raise WorkbookRefused([_("Nhiều hơn %(most)d dòng.") % {"most": MOST_ROWS}])
    for number, row in enumerate(rows[1:], 2):
        if any(cell.value not in (None, "") for cell in row):
            cells = {field: cell.value for field, cell in zip(COLUMNS, row, strict=False)}
            formulas = [COLUMNS[field] for field, cell in zip(COLUMNS, row, strict=False) if cell.data_type == "f"]
            if formulas:
                told = _("Dòng %(number)d: ô “%(column)s” là công thức; hãy ghi giá trị.")
                raise WorkbookRefused([told % {"number": number, "column": name} for name in formulas])
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
        for field, found in error.message_dict.items():
            faults.append(f"“{COLUMNS.get(field, field)}”: {' '.join(found)}")
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
    """Read `[{"up_to": 2, "price": 2000}, {"up_to": null, "price": 1000}]`; what cannot be one is a fault."""
    try:
        found = json.loads(text or "[]")
        return [
            {"up_to": None if tier["up_to"] is None else _whole(tier["up_to"]), "price": _whole(tier["price"])}
            for tier in found
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        faults.append(_("“Bậc” không đọc được."))
        return []


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**15:
        raise ValueError
    return value


def take_in(schedule: FeeSchedule, rules: list[FeeRule], *, by: User) -> None:
    """Put these rules in the place of a draft's, in one transaction. Raises IllegalScheduleMove."""
    with transaction.atomic():
        found = FeeSchedule.objects.select_for_update().get(pk=schedule.pk)
        if found.state != ScheduleState.DRAFT:
            raise IllegalScheduleMove(found.state, "imported into")
        found.rules.all().delete()
        FeeRule.objects.bulk_create(rules)
        audit.record(
            "fee_schedule_imported", f"fee_schedule:{found.pk}", actor=by, agency=found.agency, rules=len(rules)
        )


def changes(schedule: FeeSchedule, rules: list[FeeRule]) -> list[Change]:
    """Return what taking these rules in would change in a draft, in words."""
    before = {_key(rule): _words(rule) for rule in schedule.rules.select_related("case")}
    after = {_key(rule): _words(rule) for rule in rules}
    found = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, ""), after.get(key, "")
        if old != new:
            kind = "added" if not old else "removed" if not new else "changed"
            found.append(Change(kind, " · ".join(str(part) for part in key if part not in ("", "any")), old, new))
    return found


def _key(rule: FeeRule) -> tuple[str, ...]:
    case = rule.case.name if rule.case else ""
    return (case, rule.code, rule.channel, rule.applicant, rule.area, rule.timing)


def _words(rule: FeeRule) -> str:
    named = zip(COLUMNS.values(), _cells(rule), strict=True)
    return "; ".join(f"{heading}: {value}" for heading, value in named if value is not None)
