"""VietQR: the EMV text of a transfer, built and read without asking any bank (docs/reference/vietqr.md)."""

from __future__ import annotations

from dataclasses import dataclass

from gateways.base import Malformed

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_MAX_LENGTH = 99


@dataclass(frozen=True, slots=True)
class Transfer:
    """The transfer that a VietQR describes. `amount` is whole đồng, None where the payer chooses."""

    bank_bin: str
    account: str
    amount: int | None = None
    purpose: str = ""


def build(transfer: Transfer) -> str:
    """Return the EMV text. Raises ValueError for text that is not ASCII or too long for its field."""
    beneficiary = _field("00", transfer.bank_bin) + _field("01", transfer.account)
    account = _field("00", _NAPAS) + _field("01", beneficiary) + _field("02", _TO_ACCOUNT)
    text = _field("00", "01") + _field("01", "12" if transfer.amount else "11") + _field("38", account)
    text += _field("53", "704")
    if transfer.amount:
        text += _field("54", str(transfer.amount))
    text += _field("58", "VN")
    if transfer.purpose:
        text += _field("62", _field("08", transfer.purpose))
    text += "6304"
    return text + checksum(text)


def parse(text: str) -> Transfer:
    """Read the EMV text of a VietQR. Raises Malformed."""
    if not text.isascii() or checksum(text[:-4]) != text[-4:].upper():
        raise Malformed("the checksum of the QR is wrong")
    fields = _fields(text)
    account = _fields(fields.get("38", ""))
    beneficiary = _fields(account.get("01", ""))
    amount = fields.get("54", "")
    if account.get("00") != _NAPAS or "01" not in beneficiary or (amount and not amount.isdecimal()):
        raise Malformed("not a VietQR of an account")
    return Transfer(
        bank_bin=beneficiary.get("00", ""),
        account=beneficiary["01"],
        amount=int(amount) if amount else None,
        purpose=_fields(fields.get("62", "")).get("08", ""),
    )


def checksum(text: str) -> str:
    """Return CRC-16/CCITT-FALSE in upper-case hex; `123456789` gives 29B1."""
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return f"{register:04X}"


def _field(tag: str, value: str) -> str:
    # Libraries count characters and banks may count bytes: ASCII makes them the same.
    if not value.isascii() or len(value) > _MAX_LENGTH:
        raise ValueError(f"field {tag} is not ASCII or longer than {_MAX_LENGTH}")
    return f"{tag}{len(value):02d}{value}"


def _fields(text: str) -> dict[str, str]:
    values, position = {}, 0
    while position < len(text):
        tag, length = text[position : position + 2], text[position + 2 : position + 4]
        if len(tag) != 2 or len(length) != 2 or not length.isdecimal():
            raise Malformed("the QR is cut off")
        value = text[position + 4 : position + 4 + int(length)]
        if len(value) != int(length):
            raise Malformed("the QR is cut off")
        values[tag] = value
        position += 4 + int(length)
    return values
