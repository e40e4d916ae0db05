"""CAMT.053: the statement of ISO 20022, read as a stream and held against its own balances.

The elements are those of camt.053.001, whatever the version of the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from gateways.base import StatementRow
from payments.errors import StatementRefused

from . import refusals
from .values import moment

_DOCUMENT = re.compile(rb"<(?:\w+:)?Document\b|urn:iso:std:iso:20022|camt\.05\d")
_STATEMENT = "BkToCstmrStmt"
_SIGNS = {"CRDT": 1, "DBIT": -1}
_BOOKED = ("BOOK", "")


def is_one(start: bytes) -> bool:
    """Tell a message of ISO 20022 by its first element."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and bool(_DOCUMENT.search(start))


def rows(file: BinaryIO) -> Iterator[tuple[int, StatementRow]]:
    """Yield (number of the entry, row) of what is booked. Raises StatementRefused."""
    try:
        yield from _entries(file)
    except (ParseError, DefusedXmlException) as error:
        raise StatementRefused(_("Tệp XML hỏng hoặc bị cắt; hãy tải lại từ ngân hàng.")) from error


def _entries(file: BinaryIO) -> Iterator[tuple[int, StatementRow]]:
    number = count = 0
    moved = Decimal()
    balances: dict[str, Decimal] = {}
    account, is_statement = "", False
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        name = _name(element)
        if event == "start":
            is_statement = is_statement or name == _STATEMENT
            continue
        if name == "Acct" and not account:
            account = _text(element, "Id", "IBAN") or _text(element, "Id", "Othr", "Id")
        elif name == "Bal":
            kind = _text(element, "Tp", "CdOrPrtry", "Cd")
            if kind != "OPBD" or kind not in balances:  # of several pages the first opening balance counts
                balances[kind] = _signed(0, element)
        elif name == "Ntry":
            number += 1
            if _status(element) in _BOOKED:
                moved += _signed(number, element)
                for row in _of_entry(number, element, account):
                    count += 1
                    yield count, row
            element.clear()
        elif name == "Stmt":
            _check_balances(balances, moved)
            account, moved, balances = "", Decimal(), {}
            element.clear()
    if not is_statement:
        raise StatementRefused(_("Tệp XML không phải sao kê CAMT.053 (BkToCstmrStmt)."))


def _of_entry(number: int, entry: Element, account: str) -> Iterator[StatementRow]:
    """One row, or one of each transaction of a batch that names its parts. Raises StatementRefused.

    A debit is negative, and so is what takes a credit back (`RvslInd`).
    """
    if _signed(number, entry) > 0:
        yield from _rows_of(number, entry, account)
        return
    for row in _rows_of(number, entry, account):
        yield replace(row, amount=-row.amount, is_debit=_is_debit(entry))


def _is_debit(entry: Element) -> bool:
    """Tell a debit from what takes a credit back."""
    return _text(entry, "CdtDbtInd") == "DBIT" and _text(entry, "RvslInd") not in ("true", "1")


def _rows_of(number: int, entry: Element, account: str) -> Iterator[StatementRow]:
    details = [element for element in entry.iter() if _name(element) == "TxDtls"]
    amounts = [_part_amount(number, detail) for detail in details]
    if len(details) > 1 and all(amounts):
        if sum(amount or 0 for amount in amounts) != _amount(number, entry):
            raise _refused(number, _("các giao dịch trong mục không cộng thành số tiền của mục."))
        for detail, amount in zip(details, amounts, strict=True):
            yield _row(number, entry, detail, amount or Decimal(), account)
    else:
        yield _row(number, entry, details[0] if len(details) == 1 else None, _amount(number, entry), account)


def _row(number: int, entry: Element, detail: Element | None, amount: Decimal, account: str) -> StatementRow:
    if amount != int(amount) or amount <= 0:
        raise _refused(number, _("không hiểu số tiền “%s”.") % amount)
    own = ("AcctSvcrRef", "TxId", "InstrId", "EndToEndId")
    of_detail = [_text(detail, "Refs", name) for name in own] if detail is not None else []
    reference = next((text for text in of_detail if text and text != "NOTPROVIDED"), "")
    of_entry = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    # A batch's own number stands for none of its parts.
    is_part = detail is not None and _amount(number, entry) != amount
    reference = reference if is_part or not of_entry else of_entry
    if not reference and not _is_debit(entry):
        raise _refused(number, _("thiếu mã giao dịch."))
    source = detail if detail is not None else entry
    remittance = [text.strip() for element in source.iter() if _name(element) == "Ustrd" and (text := element.text)]
    remittance += [_text(entry, "AddtlNtryInf")] if not remittance else []
    structured = [element for element in source.iter() if _name(element) == "CdtrRefInf"]
    return StatementRow(
        gateway_ref=reference,
        merchant_ref=_text(structured[0], "Ref") if structured else "",
        amount=int(amount),
        currency=_currency(entry),
        account=account,
        occurred_at=_time(number, entry),
        facts={"description": " ".join(" ".join(text.split()) for text in remittance)},
    )


def _time(number: int, entry: Element) -> datetime:
    names = (("BookgDt", "DtTm"), ("BookgDt", "Dt"), ("ValDt", "DtTm"), ("ValDt", "Dt"))
    text = next((text for path in names if (text := _text(entry, *path))), "")
    try:
        return moment(text)
    except ValueError as error:
        raise _refused(number, _("không hiểu thời gian “%s”.") % text) from error


def _amount(number: int, element: Element) -> Decimal:
    text = _text(element, "Amt")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise _refused(number, _("không hiểu số tiền “%s”.") % text) from error


def _part_amount(number: int, detail: Element) -> Decimal | None:
    own = _text(detail, "Amt") or _text(detail, "AmtDtls", "TxAmt", "Amt")
    try:
        return Decimal(own) if own else None
    except InvalidOperation as error:
        raise _refused(number, _("không hiểu số tiền “%s”.") % own) from error


def _signed(number: int, element: Element) -> Decimal:
    sign = _SIGNS.get(_text(element, "CdtDbtInd"))
    if sign is None:
        raise _refused(number, _("không ghi CRDT hay DBIT."))
    return sign * _amount(number, element)


def _status(entry: Element) -> str:
    return _text(entry, "Sts", "Cd") or _text(entry, "Sts")


def _currency(entry: Element) -> str | None:
    amount = _child(entry, "Amt")
    return (amount.get("Ccy") if amount is not None else None) or None


def _check_balances(balances: dict[str, Decimal], moved: Decimal) -> None:
    opening, closing = balances.get("OPBD"), balances.get("CLBD")
    if opening is not None and closing is not None and opening + moved != closing:
        raise StatementRefused(_("Số dư đầu và các mục không cộng thành số dư cuối: tệp thiếu hoặc thừa mục."))


def _refused(number: int, why: str) -> StatementRefused:
    return refusals.at(number, "Ntry", why) if number else StatementRefused(why)


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _child(element: Any, name: str) -> Element | None:
    return next((child for child in element if _name(child) == name), None)


def _text(element: Element, *path: str) -> str:
    inner: Element | None = element
    for name in path:
        inner = _child(inner, name) if inner is not None else None
    return (inner.text or "").strip() if inner is not None else ""
