"""Amounts, times and references as banks and spreadsheets write them. Strict: what is not plain is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from gateways.codecs.timestamps import VIETNAM

#: Whole đồng: plain, grouped by dots, commas or blanks, with an optional empty fraction. No exponent, no minus.
_AMOUNT = re.compile(r"\+?(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+)(?:[.,]00?)?")
_UNIT = re.compile(r"(?:VND|VNĐ|đồng|đ)$", re.IGNORECASE)
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<half>AM|PM|SA|CH))?"
_DAY = r"(?P<d>\d{1,2})(?P<mark>[/.-])(?P<m>\d{1,2})(?P=mark)(?P<y>\d{4})"
_ISO_DAY = r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
_TIMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DAY}(?:[ ,T]\s*{_CLOCK})?",
        rf"{_ISO_DAY}(?:[T ]{_CLOCK}\s*(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?",
        rf"{_CLOCK}\s+{_DAY}",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?",
    )
)
_ONLY_CLOCK = re.compile(_CLOCK, re.IGNORECASE)
_FORCED_TEXT = re.compile(r'="(.*)"|\'(.*)')
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
#: What spreadsheets make of a reference: a power of ten, a date, an error, a fraction that was never there.
_MANGLED = re.compile(
    rf"[+-]?\d(?:[.,]\d+)?E[+-]\d{{2,3}}|#+.*|\d{{1,4}}[/-]\d{{1,2}}[/-]\d{{2,4}}(?: [\d:]+)?"
    rf"|\d{{1,2}}-(?:{_MONTH})(?:-\d{{2,4}})?|(?:{_MONTH})-\d{{2,4}}|\d{{16,}}[.,]0+",
    re.IGNORECASE,
)
_WHOLE_FRACTION = re.compile(r"(\d{1,15})[.,]0+")
#: Of a bank's number, and of ours.
LONGEST_REFERENCE = 64
#: Excel keeps so many digits of a number; those behind are zeros.
EXACT_DIGITS = 15


class MangledByASpreadsheet(ValueError):
    """The text was another before a spreadsheet took it for a number or a date."""


def whole_dong(text: str) -> int:
    """Read an amount of a bank's file. Raises ValueError for anything that is not plainly whole đồng."""
    if text.isascii() and text.isdecimal():
        return int(text)
    text = _UNIT.sub("", text.replace("\u00a0", " ").replace("\u202f", " ").strip()).rstrip()
    if not _AMOUNT.fullmatch(text) or not text.isascii():
        raise ValueError(text)
    whole = re.sub(r"[.,]00?$", "", text) if re.search(r"[.,]\d{1,2}$", text) else text
    return int(re.sub(r"[ .,+]", "", whole))


def signed_dong(text: str) -> int:
    """Read an amount that may be one the bank takes back: `-150.000`, `150.000-`, `(150.000)`. Raises ValueError."""
    text = text.strip().replace("\u2212", "-").replace("\u2013", "-")
    if text.startswith("-"):
        return -whole_dong(text[1:].lstrip())
    if text.endswith("-"):
        return -whole_dong(text[:-1].rstrip())
    if text.startswith("(") and text.endswith(")"):
        return -whole_dong(text[1:-1].strip())
    return whole_dong(text)


def moment(text: str, clock: str = "") -> datetime:
    """Read a time of a bank's file, in Vietnam time where it names no zone. Raises ValueError.

    `clock` is the cell of a second column; it counts where it holds a time of day and the first only a day.
    """
    text = " ".join(text.split())
    match = next((fitting for pattern in _TIMES if (fitting := pattern.fullmatch(text))), None)
    if match is None or not text.isascii():
        raise ValueError(text)
    parts = match.groupdict()
    if parts.get("H") is None and (later := _ONLY_CLOCK.fullmatch(clock.strip())):
        parts |= later.groupdict()
    hour = _hour(int(parts.get("H") or 0), (parts.get("half") or "").upper())
    values = (int(parts["y"]), int(parts["m"]), int(parts["d"]), hour, int(parts.get("M") or 0))
    naive = datetime(*values, int(parts.get("S") or 0))  # noqa: DTZ001 - the zone follows
    zone = (parts.get("zone") or "").upper()
    if not zone:
        return naive.replace(tzinfo=VIETNAM)
    if zone == "Z":
        return naive.replace(tzinfo=UTC)
    return datetime.strptime(f"{naive.isoformat()}{zone}", "%Y-%m-%dT%H:%M:%S%z")


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half in ("PM", "CH") else 0)


def reference(text: str) -> str:
    """Return the bank's number as it was before a spreadsheet marked it as text. Raises MangledByASpreadsheet."""
    if not text or text.isalnum():  # as most are; every other sign below is none of these
        return text
    if forced := _FORCED_TEXT.fullmatch(text):
        text = (forced[1] or forced[2] or "").strip()
    if whole := _WHOLE_FRACTION.fullmatch(text):
        return whole[1]
    if _MANGLED.fullmatch(text):
        raise MangledByASpreadsheet(text)
    return text


def number(value: float, number_format: str) -> str:
    """Return a number of a sheet as it is shown: a format of zeros fills up with zeros.

    One with more digits than a spreadsheet keeps comes as a power of ten, which nobody reads as a number.
    """
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    whole = int(value)
    if len(str(abs(whole))) > EXACT_DIGITS:
        return f"{whole:.14E}"
    pattern = re.sub(r'[\\ "._-]', "", number_format)
    return str(whole).zfill(len(pattern)) if pattern and not pattern.strip("0") else str(whole)
