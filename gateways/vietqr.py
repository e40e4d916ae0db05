"""VietQR: the EMV text a bank app scans, built here so that no bank must be up (gateways.md 6.3)."""

from __future__ import annotations


def build(bank_bin: str, account: str, amount: int | None = None, purpose: str = "") -> str:
    """Return the text of a transfer to an account. `amount` is whole đồng, `purpose` ASCII.

    Raises ValueError for text that is not ASCII or longer than a field may be.
    """
    beneficiary = _field("00", bank_bin) + _field("01", account)
    merchant = _field("00", "A000000727") + _field("01", beneficiary) + _field("02", "QRIBFTTA")
    content = _field("00", "01") + _field("01", "12" if amount else "11") + _field("38", merchant)
    content += _field("53", "704")
    if amount:
        content += _field("54", str(amount))
    content += _field("58", "VN")
    if purpose:
        content += _field("62", _field("08", purpose))
    content += "6304"
    return content + crc(content)


def parse(content: str) -> dict[str, str]:
    """Return bank_bin, account, amount and purpose. Raises ValueError when broken or mistyped."""
    if content[-8:-4] != "6304" or crc(content[:-4]) != content[-4:].upper():
        raise ValueError("the check value is wrong")
    fields = _fields(content)
    beneficiary = _fields(_fields(fields.get("38", "")).get("01", ""))
    return {
        "bank_bin": beneficiary.get("00", ""),
        "account": beneficiary.get("01", ""),
        "amount": fields.get("54", ""),
        "purpose": _fields(fields.get("62", "")).get("08", ""),
    }


def crc(content: str) -> str:
    """CRC-16/CCITT-FALSE as four upper-case hex digits; "123456789" gives 29B1."""
    value = 0xFFFF
    for byte in content.encode("ascii"):
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return f"{value:04X}"


def _field(tag: str, value: str) -> str:
    if not value.isascii() or len(value) > 99:
        raise ValueError(f"field {tag} must be ASCII and at most 99 long")
    return f"{tag}{len(value):02d}{value}"


def _fields(content: str) -> dict[str, str]:
    found, position = {}, 0
    while position + 4 <= len(content):
        length = int(content[position + 2 : position + 4])
        found[content[position : position + 2]] = content[position + 4 : position + 4 + length]
        position += 4 + length
    return found
