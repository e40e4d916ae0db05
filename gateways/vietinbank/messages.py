"""The messages of VietinBank's collection service as data (docs/reference/vietinbank.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateways.base import Answer, Malformed
from gateways.codecs.field_signatures import RsaConcatenation
from gateways.parsing import text_of

NOTIFICATION_FIELDS = ("transId", "transTime", "custCode", "amount", "bankTransId", "remark")
NOTIFICATION_ANSWER_FIELDS = ("transId", "errorCode", "errorDesc")
INQUIRY_FIELDS = ("transId", "transTime", "custCode")
#: One integrator has channelId after transId; the setting `inquiry_answer_fields` decides
#: (docs/reference/vietinbank.md#inq-bill).
INQUIRY_ANSWER_FIELDS = ("transId", "transTime", "custCode", "custName", "billId", "amount", "errorCode")

#: What we say to a notify-bill (docs/reference/vietinbank.md#notify-bill). The code of a REPLAY is the setting
#: `replay_code`.
NOTIFICATION_ANSWERS = {
    Answer.ACCEPTED: ("00", "Thanh cong"),
    Answer.BAD_SIGNATURE: ("01", "Sai chu ky"),
    Answer.NOT_FOUND: ("02", "Khong ton tai ma khach hang"),
    Answer.WRONG_AMOUNT: ("03", "So tien khong khop, da ghi nhan de doi soat"),
    Answer.CONFLICT: ("99", "Trung transId nhung khac noi dung"),
    Answer.MALFORMED: ("99", "Du lieu khong hop le"),
    Answer.BUSY: ("99", "He thong ban, vui long gui lai"),
    Answer.ERROR: ("99", "Loi khac"),
}
REPLAY_DESCRIPTION = "Giao dich da duoc ghi nhan"

#: errorDesc of the answer to an inq-bill (docs/reference/vietinbank.md#inq-bill).
INQUIRY_DESCRIPTIONS = {
    "00": "Thanh cong",
    "01": "Sai chu ky",
    "02": "Khong co khoan phai nop voi ma nay",
    "99": "Loi khac",
}

#: A digit behind the amount would not show where the amount ends. A bank reference therefore starts
#: with a letter, or has the one shape of the core's own (164T24200GKAJ7BY), or the remark repeats it.
BANK_REFERENCE = r"[A-Za-z][0-9A-Za-z._-]{3,29}|[0-9]{3}[A-Z][0-9A-Z]{12}"
#: One of digits only is taken as well unless the setting `strict_bank_reference` is on: the bank sends such. What
#: signs the same with other borders has the same transId, and is a conflict that books nothing.
DIGITS_REFERENCE = r"[0-9]{6,30}"

_IDENTITY = re.compile(r"[0-9A-Za-z._-]{1,50}")
_TIME = re.compile(r"[0-9]{14}")
_AMOUNT = re.compile(r"[1-9][0-9]{0,11}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one contract settles about its messages: codecs for each direction and shapes."""

    notification: RsaConcatenation
    notification_answer: RsaConcatenation
    inquiry: RsaConcatenation
    inquiry_answer: RsaConcatenation
    code_prefix: str
    code: re.Pattern[str]
    code_alone: re.Pattern[str]
    bank_reference: re.Pattern[str]

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Rules:
        """Read `hash_in`, `hash_out`, `inquiry_answer_fields`, `code_prefix`, `code_length`,
        `cust_code_has_prefix`, `bank_reference_pattern` and `strict_bank_reference`, each with its default."""
        hash_in, hash_out = settings.get("hash_in", "sha256"), settings.get("hash_out", "sha256")
        prefix = settings.get("code_prefix", "") if settings.get("cust_code_has_prefix") else ""
        length = int(settings.get("code_length", 14))
        tolerated = "" if settings.get("strict_bank_reference") else f"|{DIGITS_REFERENCE}"
        return cls(
            notification=RsaConcatenation(NOTIFICATION_FIELDS, hash_in),
            notification_answer=RsaConcatenation(NOTIFICATION_ANSWER_FIELDS, hash_out),
            inquiry=RsaConcatenation(INQUIRY_FIELDS, hash_in),
            inquiry_answer=RsaConcatenation(
                tuple(settings.get("inquiry_answer_fields", INQUIRY_ANSWER_FIELDS)), hash_out
            ),
            code_prefix=prefix,
            code=re.compile(f"{re.escape(prefix)}([0-9]{{{length}}})"),
            code_alone=re.compile(f"(?<![0-9])[0-9]{{{length}}}(?![0-9])"),
            bank_reference=re.compile(settings.get("bank_reference_pattern", BANK_REFERENCE + tolerated)),
        )

    def code_of(self, customer_code: str) -> str | None:
        """Return our code in a custCode, None when it has not exactly the contract's shape."""
        match = self.code.fullmatch(customer_code)
        return match[1] if match else None

    def code_in(self, remark: str) -> str:
        """Return the only code that stands whole in a remark, "" where there is none or several."""
        codes = set(self.code_alone.findall(remark))
        return codes.pop() if len(codes) == 1 else ""

    def pin_borders(self, message: Mapping[str, Any]) -> dict[str, str]:
        """Return the signed fields of a notify-bill if each can only end where it ends. Raises Malformed.

        The signature covers the values run together, so the same signature fits the digits of
        one field moved into the next (docs/reference/vietinbank.md#signature). custCode may be
        absent as a whole: a transfer to the account without a code is money too.
        """
        fields = {name: text_of(message.get(name)) for name in NOTIFICATION_FIELDS}
        code, bank_reference = fields["custCode"], fields["bankTransId"]
        is_pinned = (
            _IDENTITY.fullmatch(fields["transId"])
            and _TIME.fullmatch(fields["transTime"])
            and (not code or self.code.fullmatch(code))
            and _AMOUNT.fullmatch(fields["amount"])
            and (self.bank_reference.fullmatch(bank_reference) or _is_told_by_remark(fields))
        )
        if not is_pinned:
            raise Malformed("a signed field has not its shape")
        return fields


def _is_told_by_remark(fields: Mapping[str, str]) -> bool:
    """Tell whether the remark, signed as well, shows where the amount or the bank reference ends."""
    reference, remark = fields["bankTransId"], fields["remark"]
    if not reference:
        return not remark[:1].isdecimal()
    is_word = re.search(rf"(?<![0-9A-Za-z]){re.escape(reference)}(?![0-9A-Za-z])", remark)
    return bool(is_word and _IDENTITY.fullmatch(reference))
