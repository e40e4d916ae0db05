"""Rows of a table whose heading was found: credits and debits are read, totals left out, all else refused.

A negative amount among the credits is one that the bank takes back: a row of its own, which a person decides.
A debit is negative too, and says that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from core.values.money import grouped
from core.values.text import fold, plain
from gateways.base import StatementRow
from payments.errors import StatementRefused

from . import refusals
from .headings import LABELS, Heading, Line, with_text
from .values import LONGEST_REFERENCE, MangledByASpreadsheet, moment, reference, signed_dong

#: Columns that show whether a line is about money at all.
_KEYS = ("reference", "amount", "debit", "time")
_TOTAL = re.compile(r"(?:tong|cong|total|grand total|sum)\b")
_BALANCE = re.compile(r"(?:so du|balance|opening|closing|luy ke|cong trang|mang sang|sub total|subtotal)\b")
_CREDIT = frozenset(("c", "cr", "co", "ghi co", "credit", "+", "tien vao"))
_DEBIT = frozenset(("d", "dr", "no", "ghi no", "debit", "-", "tien ra"))
_DIGIT = re.compile(r"[0-9]")


def rows(heading: Heading, lines: Iterable[Line]) -> Iterator[tuple[int, StatementRow]]:
    """Yield (line number, row) of the credits and debits. Raises StatementRefused."""
    total = debits = 0
    is_over = False
    for number, line in with_text(lines):
        cells = {name: line[at].strip() if at < len(line) else "" for name, at in heading.positions.items()}
        if not _is_numbered(cells):
            kind = _summary(line)
            if kind == "total" and not is_over:
                _check_total(number, heading, cells, total, debits)
                is_over = True
            if kind or _is_note(line, cells) or _is_heading_again(heading, line):
                continue
        if is_over and not _looks_like_a_row(cells):
            continue
        if debit := _debit(number, heading, cells):
            debits += debit
            yield number, _debit_row(number, heading, cells, debit)
            continue
        row = _row(number, heading, cells)
        total += row.amount
        yield number, row


def _is_numbered(cells: Mapping[str, str]) -> bool:
    """A number and a time make a transaction, whatever words stand beside them."""
    return bool(_DIGIT.search(cells["reference"]) and _DIGIT.search(cells["time"]))


def _summary(line: list[str]) -> str:
    """Tell what a line sums up: "total", "balance", or "" where it is a transaction."""
    first = next(cell for cell in line if cell.strip())
    words = fold(plain(first)).strip(" :.-*")
    if _BALANCE.match(words):
        return "balance"
    return "total" if _TOTAL.match(words) else ""


def _check_total(number: int, heading: Heading, cells: Mapping[str, str], total: int, debits: int) -> None:
    """A sum that is not that of the rows above means that rows are missing, or were added."""
    try:
        stated = signed_dong(cells["amount"])
    except ValueError:
        return  # it stands elsewhere, or counts something else
    if stated not in (total, total + debits, total - debits):
        why = _("dòng tổng ghi %(stated)s nhưng các dòng trên cộng lại là %(total)s: tệp thiếu hoặc thừa dòng.")
        raise refusals.at(number, heading.label("amount"), why % {"stated": cells["amount"], "total": grouped(total)})


def _is_note(line: list[str], cells: Mapping[str, str]) -> bool:
    """Nothing in it can be a transaction: a remark, a signature, the rest of a long description."""
    if not any(_DIGIT.search(cells.get(key, "")) for key in _KEYS):
        return not any(cells.get(key) for key in ("amount", "debit"))
    filled = [cell for cell in line if cell.strip()]
    return len(filled) == 1 and filled[0].strip()[:1].isalpha() and " " in filled[0].strip()


def _looks_like_a_row(cells: Mapping[str, str]) -> bool:
    return bool(cells["amount"] and cells["time"])


def _is_heading_again(heading: Heading, line: list[str]) -> bool:
    """Printed once more at the top of a page."""
    return [cell.strip() for cell in line] == [name.strip() for name in heading.names]


def _debit(number: int, heading: Heading, cells: Mapping[str, str]) -> int:
    """Return what a line takes out, whole đồng; 0 where it brings money in. Raises StatementRefused."""
    if "direction" in cells:
        word = fold(plain(cells["direction"]))
        if word in _DEBIT:
            return abs(_amount(number, heading, cells, "amount"))
        if word not in _CREDIT:
            raise refusals.unreadable(number, heading.label("direction"), _("loại phát sinh"), cells["direction"])
        return 0
    if _is_nothing(cells.get("debit", "")):
        return 0
    debit = abs(_amount(number, heading, cells, "debit"))
    if not _is_nothing(cells["amount"]):
        raise refusals.at(number, heading.label("debit"), _("vừa ghi nợ vừa ghi có."))
    return debit


def _is_nothing(text: str) -> bool:
    return text in ("", "-", "–") or not text.strip("0., ")


def _amount(number: int, heading: Heading, cells: Mapping[str, str], column: str) -> int:
    try:
        amount = signed_dong(cells[column])
        if not amount:
            raise ValueError(cells[column])
    except ValueError as error:
        raise refusals.unreadable(number, heading.label(column), str(LABELS["amount"]), cells[column]) from error
    return amount


def _row(number: int, heading: Heading, cells: Mapping[str, str]) -> StatementRow:
    return StatementRow(
        gateway_ref=_reference(number, heading, cells),
        merchant_ref=_identity(number, heading, cells, "code", _("mã thanh toán")),
        amount=_amount(number, heading, cells, "amount"),
        currency=cells.get("currency") or None,
        account=cells.get("account", "") or heading.account,
        occurred_at=_time(number, heading, cells),
        facts={"description": cells.get("description", "")},
    )


def _debit_row(number: int, heading: Heading, cells: Mapping[str, str], debit: int) -> StatementRow:
    """A fee of the bank often has no number, and whatever a spreadsheet made of one refuses no file."""
    return StatementRow(
        gateway_ref=cells["reference"][:LONGEST_REFERENCE],
        merchant_ref=cells.get("code", "")[:LONGEST_REFERENCE],
        amount=-debit,
        currency=cells.get("currency") or None,
        account=cells.get("account", "") or heading.account,
        occurred_at=_time(number, heading, cells),
        facts={"description": cells.get("description", "")},
        is_debit=True,
    )


def _time(number: int, heading: Heading, cells: Mapping[str, str]) -> datetime:
    try:
        return moment(cells["time"], cells.get("clock", ""))
    except ValueError as error:
        raise refusals.unreadable(number, heading.label("time"), str(LABELS["time"]), cells["time"]) from error


def _reference(number: int, heading: Heading, cells: Mapping[str, str]) -> str:
    text = _identity(number, heading, cells, "reference", str(LABELS["reference"]))
    if not text:
        raise refusals.at(number, heading.label("reference"), _("thiếu mã giao dịch."))
    return text


def _identity(number: int, heading: Heading, cells: Mapping[str, str], column: str, what: str) -> str:
    try:
        return reference(cells.get(column, ""))
    except MangledByASpreadsheet as error:
        raise refusals.mangled(number, heading.label(column), what, cells[column]) from error


def empty() -> StatementRefused:
    """Return the refusal of a file in which nothing stands."""
    return StatementRefused(_("Tệp trống."))
