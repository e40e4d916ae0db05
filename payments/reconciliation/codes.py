"""The codes we print, found in what people and banks make of the text of a transfer.

A code that stands alone and whole is believed. All else only proposes a bill, never applies
money (R-34): a code split by blanks or run into its neighbours, one of several numbers, or the
bill's own reference in whole words. A proposal names a bill that this contract collects for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils import timezone

from agencies.succession import chain_of
from core.values.text import unaccented
from payments.models import Bill, MerchantAccount, Payment
from payments.states import BillState

#: Digits of a transfer code.
CODE_DIGITS = 14
_ALONE = re.compile(rf"(?<![0-9])[0-9]{{{CODE_DIGITS}}}(?![0-9])")
_DIGITS_PARTED = re.compile(r"[0-9](?:[\s.,_/:-]{0,2}[0-9])*")
#: A reference of fewer letters stands in other texts by chance: "Đ", "2026".
_TELLING_REFERENCE, _TELLING_DIGITS = 8, 4
#: Words a mangled reference may have been broken into.
_MOST_WORDS = 8


def code_in(text: str) -> str:
    """Return the only transfer code in the free text of a transfer, or "": exact digits, no guessing."""
    codes = set(_ALONE.findall(text))
    return codes.pop() if len(codes) == 1 else ""


def propose(text: str, amount: int, account: MerchantAccount) -> Bill | None:
    """Return the one open bill of this amount whose code or reference stands in a text, however mangled.

    `amount` is whole đồng. None where none fits, or several do.
    """
    owed = Bill.objects.filter(state=BillState.OPEN, amount=amount).select_related("agency")
    payments = Payment.objects.filter(merchant_account=account, merchant_ref__in=_codes(text), bill__in=owed)
    coded = set(payments.values_list("bill", flat=True))
    if len(coded) == 1:
        return owed.get(pk=coded.pop())
    if coded or not (words := _words(text)):
        return None
    today = timezone.localdate()
    named = [
        bill
        for bill in owed.only("reference", "agency", "amount", "state", "payer_name").iterator(chunk_size=2000)
        if _letters(bill.reference) in words
    ]
    fitting = [bill for bill in named if account.agency_id in chain_of(bill.agency, today)]
    return fitting[0] if len(fitting) == 1 else None


def _codes(text: str) -> set[str]:
    """Every run of as many digits as a code has, blanks and signs between them left out; and whole words."""
    codes = set(re.findall(r"[0-9A-Za-z]{10,}", text))
    codes |= {word.upper() for word in codes}
    for run in _DIGITS_PARTED.findall(text):
        digits = re.sub(r"[^0-9]", "", run)
        codes |= {digits[start : start + CODE_DIGITS] for start in range(len(digits) - CODE_DIGITS + 1)}
    return codes


def _words(text: str) -> set[str]:
    """The words of a text and what several of them make together, if long enough to be a reference."""
    words = _split(text)
    together = (
        "".join(words[start : start + count]) for start in range(len(words)) for count in range(1, _MOST_WORDS + 1)
    )
    return set(filter(_is_telling, together))


def _split(text: str) -> list[str]:
    return re.findall(r"[0-9A-Z]+", unaccented(text).upper())


def _letters(reference: str) -> str:
    return "".join(_split(reference))


def _is_telling(letters: str) -> bool:
    return len(letters) >= _TELLING_REFERENCE and sum(letter.isdecimal() for letter in letters) >= _TELLING_DIGITS


def zero_filled(codes: Iterable[str]) -> dict[str, str]:
    """Return what codes were before a spreadsheet dropped their leading zeros, by what is left of them."""
    return {code: code.zfill(CODE_DIGITS) for code in codes if code.isdecimal() and len(code) < CODE_DIGITS}
