"""VietinBank's own witnesses of money: the statement API (gateways.md 3.11), the settlement file (3.10)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from .base import Malformed, Outcome, OutcomeState, OutcomeUnknown, SentOrder, StatementRow
from .codecs import VIETNAM, moment
from .wire import text_of

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
_TOLD_DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y")

#: Columns of a detail line, bank to merchant (gateways.md 3.10); the checksum closes the line.
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
        told = _text(row, names["virtual_account"])
        is_ours = told == virtual_account if told else word.search(_text(row, names["remark"]))
        if credit and is_ours:
            ours.append((int(credit[1]), row))
    if not ours:
        return Outcome(OutcomeState.NOT_FOUND)
    amount, row = next((found for found in ours if found[0] == order.amount), ours[0])
    return Outcome(
        state=OutcomeState.PAID,
        amount=amount,
        gateway_ref=_text(row, names["reference"]),
        occurred_at=_moment(_text(row, names["date"])),
        currency=_text(row, names["currency"]) or _text(answered, names["currency"]) or None,
        facts=row,
    )


def read_file(file: bytes, key: str, code_of: Callable[[str], str | None]) -> Iterator[StatementRow]:
    """Return the rows of a settlement file whose checksums and count are right. Raises Malformed."""
    try:
        lines = file.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Malformed("the file is not UTF-8") from error
    records = [line.split("|") for line in lines[1:] if line]
    if not records or records[-1][0] != FOOTER or len(records[-1]) < 4 or records[-1][3] != str(len(records) - 1):
        raise Malformed("the file is cut off: its footer does not count its lines")
    for number, record in enumerate(records, start=2):
        if record[-1].lower() != checksum(record[:-1], key):
            raise Malformed(f"line {number}: wrong checksum")
    return iter([_row(record, code_of) for record in records[:-1]])


def write_file(rows: Iterable[Mapping[str, str]], provider_id: str, written_at: str, key: str) -> bytes:
    """Return a settlement file; `rows` hold values by the names of COLUMNS."""
    lines = [[row.get(name, "") for name in COLUMNS[:-1]] for row in rows]
    lines.append([FOOTER, provider_id, "SYSTEM", str(len(lines)), written_at])
    text = [HEADER, *("|".join([*line, checksum(line, key)]) for line in lines)]
    return ("\n".join(text) + "\n").encode("utf-8-sig")


def checksum(values: Iterable[str], key: str) -> str:
    """Return MD5 over the values run together and the key: the bank's choice, it only finds accidents."""
    return hashlib.md5(("".join(values) + key).encode(), usedforsecurity=False).hexdigest()


def _row(record: list[str], code_of: Callable[[str], str | None]) -> StatementRow:
    if record[0] not in _DETAILS or len(record) != len(COLUMNS):
        raise Malformed("not a detail line")
    row = dict(zip(COLUMNS, record, strict=True))
    amount = _AMOUNT.fullmatch(row["amount"])
    if amount is None:
        raise Malformed("a line without an amount")
    return StatementRow(
        gateway_ref=row["bankTransId"] or row["transId"],
        merchant_ref=code_of(row["custCode"]) or "",
        amount=int(amount[1]),
        currency=row["currencyCode"] or None,
        account=row["merchantAcctNo"],
        occurred_at=moment(row["transTime"]),
        facts=row,
    )


def _moment(text: str) -> datetime | None:
    return next((found for pattern in _TOLD_DATES if (found := moment(text, pattern))), None)


def _text(row: Mapping[str, Any], name: str) -> str:
    try:
        return text_of(row.get(name))
    except Malformed:
        return ""
