"""VietinBank's statement API and settlement file.

See docs/reference/vietinbank.md#statement-inquiry.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from gateways.base import (
    DamagedFile,
    FileFault,
    Malformed,
    Outcome,
    OutcomeState,
    OutcomeUnknown,
    SentOrder,
    StatementRow,
)
from gateways.codecs.timestamps import VIETNAM, parse_timestamp
from gateways.parsing import text_of

#: Names of a statement row. Only `credit` and `curency` (spelled so) are public; the rest is a
#: default that the setting `statement_fields` replaces by the names of the contract.
FIELDS = {
    "rows": "transactions",
    "credit": "credit",
    "currency": "curency",
    "reference": "trxId",
    "virtual_account": "virtualAccount",
    "remark": "remark",
    "date": "transactionDate",
}
_AMOUNT = re.compile(r"([1-9][0-9]{0,11})(?:\.00?)?")
_ASKED_DATE = "%d-%m-%Y %H:%M:%S"
_DATE_FORMATS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y")

#: Columns of a detail line, bank to merchant (docs/reference/vietinbank.md#settlement-file); the checksum closes the
#: line.
COLUMNS = (
    "recordType", "transId", "providerId", "merchantId", "bankCode", "branchCode", "custAcctNo",
    "recvVirtualAcctId", "recvVirtualAcctName", "custCode", "custName", "amount", "currencyCode",
    "payRefNo", "merchantAcctNo", "billCycle", "billId", "transTime", "status", "bankTransId",
    "addField1", "addField2", "addField3", "addField4", "addField5", "recordChecksum",
)  # fmt: skip
HEADER, FOOTER = "|".join(COLUMNS), "009"
_DETAILS = ("002", "003")


def request(settings: Mapping[str, Any], since: datetime, until: datetime) -> dict[str, Any]:
    """Return the request of a statement inquiry. No collectionType: it hides rows when set wrongly."""
    return {
        "requestId": until.strftime("%Y%m%d%H%M%S%f"),
        "providerId": settings["provider_id"],
        "merchantId": settings.get("merchant_id", ""),
        "accountNumber": settings["account"],
        "fromDate": since.astimezone(VIETNAM).strftime(_ASKED_DATE),
        "toDate": until.astimezone(VIETNAM).strftime(_ASKED_DATE),
        "version": "1.0",
        "language": "vi",
    }


def find(answered: Mapping[str, Any], names: Mapping[str, str], order: SentOrder, virtual_account: str) -> Outcome:
    """Return what the statement says of one code: PAID, or NOT_FOUND, which is never final.

    The virtual account decides; a row without one is ours when its remark holds the code as
    a word. Of several transfers the one of the right amount is meant. Raises OutcomeUnknown.
    """
    status, rows = answered.get("status"), answered.get(names["rows"])
    code = status.get("code") if isinstance(status, dict) else None
    if code != "1" or not isinstance(rows, list):
        raise OutcomeUnknown(f"the statement answered {code}")
    word = re.compile(rf"(?<![0-9A-Za-z]){re.escape(order.merchant_ref)}(?![0-9A-Za-z])")
    ours = []
    for row in rows:
        if not isinstance(row, dict):
            continue
        credit = _AMOUNT.fullmatch(_text(row, names["credit"]))
        account = _text(row, names["virtual_account"])
        is_ours = account == virtual_account if account else word.search(_text(row, names["remark"]))
        if credit and is_ours:
            ours.append((int(credit[1]), row))
    if not ours:
        return Outcome(OutcomeState.NOT_FOUND)
    # The transfer that fits the bill first: only one can settle it, the others are surplus.
    ours.sort(key=lambda match: match[0] != order.amount)
    first, *others = [_credit(amount, row, answered, names) for amount, row in ours]
    return replace(first, others=tuple(others))


def _credit(amount: int, row: Mapping[str, Any], answered: Mapping[str, Any], names: Mapping[str, str]) -> Outcome:
    return Outcome(
        state=OutcomeState.PAID,
        amount=amount,
        gateway_ref=_text(row, names["reference"]),
        occurred_at=_moment(_text(row, names["date"])),
        currency=_text(row, names["currency"]) or _text(answered, names["currency"]) or None,
        facts=row,
    )


def read_file(file: BinaryIO, key: str, code_of: Callable[[str], str | None]) -> Iterator[StatementRow]:
    """Yield the rows of a settlement file line by line, however big. Raises DamagedFile.

    Only after the last row is it known that none is missing: use nothing of a file that raised.
    """
    count, footer = 0, None
    try:
        for number, line in enumerate(io.TextIOWrapper(file, encoding="utf-8-sig"), start=1):
            record = line.rstrip("\r\n").split("|")
            if number == 1 and len(record) == 1:
                raise DamagedFile(FileFault.FOREIGN)
            if number == 1 or record == [""]:
                continue
            if footer is not None or record[-1].lower() != checksum(record[:-1], key):
                raise DamagedFile(FileFault.CHECKSUM, number)
            if record[0] == FOOTER:
                footer = record
                continue
            count += 1
            yield _row(number, record, code_of)
    except UnicodeDecodeError as error:
        raise DamagedFile(FileFault.ENCODING) from error
    if footer is None or len(footer) < 4 or footer[3] != str(count):
        raise DamagedFile(FileFault.CUT_OFF)


def write_file(rows: Iterable[Mapping[str, str]], provider_id: str, written_at: str, key: str) -> bytes:
    """Return a settlement file; `rows` hold values by the names of COLUMNS."""
    lines = [[row.get(name, "") for name in COLUMNS[:-1]] for row in rows]
    lines.append([FOOTER, provider_id, "SYSTEM", str(len(lines)), written_at])
    text = [HEADER, *("|".join([*line, checksum(line, key)]) for line in lines)]
    return ("\n".join(text) + "\n").encode("utf-8-sig")


def checksum(values: Iterable[str], key: str) -> str:
    """Return MD5 over the values run together and the key: the bank's choice, it only finds accidents."""
    return hashlib.md5(("".join(values) + key).encode(), usedforsecurity=False).hexdigest()


def _row(number: int, record: list[str], code_of: Callable[[str], str | None]) -> StatementRow:
    if record[0] not in _DETAILS or len(record) != len(COLUMNS):
        raise DamagedFile(FileFault.SHAPE, number)
    row = dict(zip(COLUMNS, record, strict=True))
    amount = _AMOUNT.fullmatch(row["amount"])
    if amount is None:
        raise DamagedFile(FileFault.AMOUNT, number)
    return StatementRow(
        gateway_ref=row["bankTransId"] or row["transId"],
        merchant_ref=code_of(row["custCode"]) or "",
        amount=int(amount[1]),
        currency=row["currencyCode"] or None,
        account=row["merchantAcctNo"],
        occurred_at=parse_timestamp(row["transTime"]),
        facts=row,
    )


def _moment(text: str) -> datetime | None:
    return next((parsed for pattern in _DATE_FORMATS if (parsed := parse_timestamp(text, pattern))), None)


def _text(row: Mapping[str, Any], name: str) -> str:
    try:
        return text_of(row.get(name))
    except Malformed:
        return ""
