"""The sheet of exemptions and reductions in a fee schedule's workbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from procedures.models import Exemption, FeeSchedule

SHEET = "Miễn, giảm"
#: Field of the exemption → heading of its column; the last two are the first and the last day of its time.
COLUMNS = {
    "group": "Mã nhóm",
    "name": "Đối tượng",
    "percent": "Giảm (%)",
    "amount": "Giảm (đồng)",
    "evidence": "Giấy tờ chứng minh",
    "channel": "Kênh (any, online, counter)",
    "kind": "Chỉ với (any, phi, le_phi)",
    "legal_basis": "Căn cứ",
    "first_day": "Từ ngày",
    "last_day": "Đến hết ngày",
}
_DEFAULTS = {"channel": "any", "kind": "any"}
_ONE_DAY = timedelta(days=1)


def cells(row: Exemption) -> list[str | int | date | None]:
    """Return an exemption as the cells of its row."""
    during = row.valid_during
    values: dict[str, Any] = {name: getattr(row, name) for name in list(COLUMNS)[:-2]}
    values["first_day"] = during.lower if during else None
    values["last_day"] = during.upper - _ONE_DAY if during and during.upper else None
    return [value if value != "" else None for value in values.values()]


def read(rows: Iterable[tuple[int, dict[str, Any]]], schedule: FeeSchedule) -> tuple[list[Exemption], list[str]]:
    """Return the exemptions of numbered rows, checked but not saved, and every fault of every row."""
    exemptions: list[Exemption] = []
    faults: list[str] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, row in rows:
        try:
            made = _exemption(row, schedule)
        except ValidationError as error:
            message = _("“%(sheet)s”, dòng %(number)d: %(fault)s")
            faults += [message % {"sheet": SHEET, "number": number, "fault": fault} for fault in _faults(error)]
            continue
        key = (made.group, made.channel, made.kind, made.valid_during)
        if key in seen:
            message = _("“%(sheet)s”, dòng %(number)d: trùng nhóm, kênh và thời gian với dòng %(first)d.")
            faults.append(message % {"sheet": SHEET, "number": number, "first": seen[key]})
        seen[key] = number
        exemptions.append(made)
    return exemptions, faults


def _exemption(row: dict[str, Any], schedule: FeeSchedule) -> Exemption:
    """Raises ValidationError."""
    values = {name: "" if row[name] is None else str(row[name]).strip() for name in list(COLUMNS)[:-2]}
    numbers = {name: _number(row[name], COLUMNS[name]) for name in ("percent", "amount")}
    texts = {name: text or _DEFAULTS.get(name, "") for name, text in values.items() if name not in numbers}
    first, last = _day(row["first_day"], COLUMNS["first_day"]), _day(row["last_day"], COLUMNS["last_day"])
    if first and last and last < first:
        raise ValidationError(_("ngày cuối trước ngày đầu."))
    during = DateRange(first, last + _ONE_DAY if last else None) if first or last else None
    made = Exemption(schedule=schedule, valid_during=during, **texts, **numbers)
    made.clean_fields(exclude=["schedule"])
    made.validate_constraints(exclude=["schedule"])
    return made


def _faults(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return error.messages
    named = error.message_dict.items()
    return [
        f"“{COLUMNS[field]}”: {' '.join(messages)}" if field in COLUMNS else " ".join(messages)
        for field, messages in named
    ]


def _number(value: Any, heading: str) -> int:
    if value in (None, ""):
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ValidationError(_("“%(column)s” phải là số nguyên không âm.") % {"column": heading})
    return int(text)


def _day(value: Any, heading: str) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return value.date()
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(str(value).strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise ValidationError(_("“%(column)s” phải là ngày, ví dụ 31/12/2026.") % {"column": heading})
