"""Codes as people type, paste, dictate and scan them: found in the text around them, whatever stands between."""

from __future__ import annotations

import re
import unicodedata

from .text import plain

#: What a dossier's code looks like however it is parted: H44.40-261123-0001, "h44 40 261123 0001", H44402611230001.
_DOSSIER = re.compile(r"(?<![A-Z0-9])[A-Z]\s?(?:[\W_]{0,3}[0-9]){12,18}(?![0-9])")
#: The same as people write it: letters for the digits they look like, and a number without its zeros.
_MISREAD = re.compile(r"(?<![A-Z0-9])[A-Z]\s?(?:[\W_]{0,3}[0-9OIL]){12,18}(?![A-Z0-9])")
_SHORT = re.compile(r"(?<![A-Z0-9])([A-Z](?:[\W_]{0,3}[0-9]){2,8})[\W_]{1,3}([0-9]{6})[\W_]{1,3}([0-9]{1,3})(?![0-9])")
#: A part of a code: digits, or letters that look like some, and what stands between.
_PART = re.compile(r"(?=[OIL\s.\-/]{0,40}[0-9])[0-9OIL\s.\-/]+|O{2,3}[0-9OIL]{1,2}")
_LOOK_ALIKES = str.maketrans("OIL", "011")
_DRAFT = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{4}[\W_]{0,3}[A-Z0-9]{4}(?![A-Z0-9])")
#: Series and number of a receipt, as printed BP-26T-0000042.
_RECEIPT = re.compile(r"(?<![A-Z0-9])([A-Z]{2,4})[\W_]{0,3}([0-9]{2}[A-Z])[\W_]{0,3}([0-9]{1,14})(?![0-9A-Z])")
_PIN = re.compile(r"[0-9]{4}")
#: What a code does not contain: it begins after the last of these.
_NOT_OF_A_CODE = re.compile(r"[^A-Z0-9.\s\-/_]")
_BETWEEN = " \t,;|:"
#: Letters and digits of a line with the shortest code and a PIN.
_LEAST_WITH_PIN = 17
#: Letters that telephones and word processors put for a dash.
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
LONGEST = 300


def tidy(text: str) -> str:
    """Return a text as it was meant: wide digits, odd dashes and unseen signs written plainly, capital letters."""
    return _DASHES.sub("-", plain(unicodedata.normalize("NFKC", text[:LONGEST]))).strip().upper()


def compact(text: str) -> str:
    """Return the letters and digits of a code as somebody typed it."""
    return re.sub(r"[^A-Z0-9]", "", tidy(text))


def dossier_code(text: str) -> str:
    """Return the letters and digits of the dossier's code that stands in a text, else those of the text as it is.

    "Mã hồ sơ: H44.40–261123–0001" and a whole SMS are read like the code alone, "h44.4O-261123-1" like that code.
    """
    written = tidy(text)
    if not _DOSSIER.search(written) and (misread := _MISREAD.search(written)):
        written = misread[0][:1] + misread[0][1:].translate(_LOOK_ALIKES)
    if short := _SHORT.search(written):
        return f"{compact(short[1])}{short[2]}{short[3]:>04}"
    match = _DOSSIER.search(written)
    return compact(match[0] if match else written)


def part_of_code(text: str) -> str:
    """Return a text of digits, of which some were written as the letter they look like; any other as it is."""
    written = tidy(text)
    return written.translate(_LOOK_ALIKES) if _PART.fullmatch(written) else text


def draft_code(text: str) -> str:
    """Return the code of a draft as it is kept, ABCD-EFGH; a text without one in the same shape."""
    parts = list(_DRAFT.finditer(tidy(text)))
    letters = compact(parts[-1][0] if parts else text)
    return f"{letters[:4]}-{letters[4:8]}"


def receipt_number(text: str) -> str:
    """Return the number of the receipt that stands in a text as it is printed, else the text without spaces.

    "Biên lai BP–26T số 42" does not have it side by side; "bp 26t 0000042" and a whole line around it do.
    """
    written = tidy(text)
    match = _RECEIPT.search(written)
    return "-".join(match.groups()) if match else "".join(written.split())


def digits(text: str, count: int) -> str:
    """Return the first run of `count` digits in a text, whatever parts them; all its digits where there is none.

    "4 7 1 1", "PIN: 4711" and "Mã 123 456 dùng trong 5 phút" are read.
    """
    written = tidy(text)
    match = re.search(rf"(?<![0-9])[0-9](?:[\s.\-]?[0-9]){{{count - 1}}}(?![0-9])", written)
    return re.sub(r"[^0-9]", "", match[0] if match else written)


def code_and_pin(line: str) -> tuple[str, str] | None:
    """Return code and PIN of a line with both, in this order; None where one is missing."""
    written = tidy(line)
    head, pin = written[:-4], written[-4:]
    before = _without_end(_without_end(head).removesuffix("PIN")).removesuffix("MÃ")
    code = _without_end(before)
    if not _PIN.fullmatch(pin) or not code[-1:].isdigit() or head[len(code) : len(code) + 1] not in _BETWEEN:
        return None
    if len(code) == len(head) or (_DOSSIER.fullmatch(written) and len(compact(written)) < _LEAST_WITH_PIN):
        return None
    return _NOT_OF_A_CODE.split(code)[-1].strip(" .-/_"), pin


def _without_end(text: str) -> str:
    """Return a text up to its last letter or digit."""
    end = len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    return text[:end]
