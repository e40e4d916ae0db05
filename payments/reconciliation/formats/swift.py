"""MT940: the statement of SWIFT, read by mt-940 and held against its own balances."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

import mt940
from django.utils.translation import gettext as _

from gateways.base import StatementRow
from gateways.codecs.timestamps import VIETNAM
from payments.errors import StatementRefused

from . import refusals

#: A statement of one account is some hundred lines a day; a file of more than this is none.
LARGEST = 32 * 1024 * 1024
_START = re.compile(rb"(?:^|\n|\{4:\s*)\s*:20:")
_ACCOUNT = re.compile(rb"(?:^|\n):(?:25P?|60[FM]|61):")
_STATEMENT = re.compile(r"(?=^:20:)", re.MULTILINE)
_TRANSACTION = re.compile(r"^:61:", re.MULTILINE)
_NO_REFERENCE = ("", "NONREF")


def is_one(start: bytes) -> bool:
    """Tell an MT940 by its first fields."""
    return bool(_START.search(start) and _ACCOUNT.search(start))


def rows(file: BinaryIO) -> Iterator[tuple[int, StatementRow]]:
    """Yield (line number, row) of the credits and debits. Raises StatementRefused."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise StatementRefused(_("Tệp MT940 quá lớn."))
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise StatementRefused(_("Tệp MT940 không mã hóa UTF-8.")) from error
    line = 1
    for part in _STATEMENT.split(text):
        if part.startswith(":20:"):
            yield from _statement(part, line)
        line += part.count("\n")


def _statement(text: str, first_line: int) -> Iterator[tuple[int, StatementRow]]:
    lines = [first_line + text.count("\n", 0, match.start()) for match in _TRANSACTION.finditer(text)]
    try:
        parsed = mt940.parse(text)
    except Exception as error:  # mt-940 raises whatever its patterns and decimals lead to
        raise refusals.at(first_line, "", _("không đọc được bản sao kê MT940 bắt đầu ở đây.")) from error
    if len(parsed) != len(lines):
        raise refusals.at(first_line, "", _("có dòng :61: không đúng mẫu MT940."))
    account = str(parsed.data.get("account_identification") or "")
    for line, transaction in zip(lines, parsed, strict=True):
        yield line, _row(line, transaction.data, account)
    _check_balances(first_line, parsed)


def _row(line: int, data: dict[str, Any], account: str) -> StatementRow:
    """Return a credit, or what is negative: what takes one back (RC), or a debit (D)."""
    status = str(data.get("status") or "")
    if status not in ("C", "RD", "RC", "D"):
        raise refusals.unreadable(line, ":61:", _("loại phát sinh"), status)
    amount = _moved(data)
    if amount != int(amount) or (amount < 0) != (status in ("RC", "D")) or not amount:
        raise refusals.unreadable(line, ":61:", _("số tiền"), str(amount))
    references = (str(data.get(name) or "").strip() for name in ("bank_reference", "customer_reference"))
    reference = next((text for text in references if text.upper() not in _NO_REFERENCE), "")
    if not reference and status != "D":
        raise refusals.at(line, ":61:", _("thiếu mã giao dịch."))
    day = data["date"]
    details = (data.get("transaction_details"), data.get("extra_details"), data.get("purpose"))
    return StatementRow(
        gateway_ref=reference,
        merchant_ref="",
        amount=int(amount),
        currency=str(data.get("currency") or "") or None,
        account=account,
        occurred_at=datetime(day.year, day.month, day.day, tzinfo=VIETNAM),
        facts={"description": " ".join(" ".join(str(text).split()) for text in details if text)},
        is_debit=status == "D",
    )


def _moved(data: dict[str, Any]) -> Decimal:
    """Return how a line moves the balance: mt-940 gives a sign to a plain debit only."""
    amount = Decimal(data["amount"].amount)
    return -abs(amount) if data.get("status") in ("D", "RC") else abs(amount)


def _check_balances(line: int, parsed: Any) -> None:
    opening, closing = (parsed.data.get(f"final_{name}_balance") for name in ("opening", "closing"))
    if opening is None or closing is None:
        return
    moved = sum((_moved(transaction.data) for transaction in parsed), Decimal())
    if opening.amount.amount + moved != closing.amount.amount:
        why = _("số dư đầu và các dòng không cộng thành số dư cuối: tệp thiếu hoặc thừa dòng.")
        raise refusals.at(line, ":62F:", why)
