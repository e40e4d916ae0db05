"""CSV of whatever delimiter, as lines of cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from payments.errors import StatementRefused

from .headings import SEARCHED_LINES, Line

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ";\t,"
#: Of the beginning so much is looked at to tell the delimiter.
_LOOKED_AT = 64 * 1024


def lines(file: BinaryIO) -> Iterator[Line]:
    """Yield (line number, cells). Raises StatementRefused for what is not a CSV of a Unicode encoding."""
    start = file.read(2)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-16" if start in _UTF16 else "utf-8-sig", newline="")
    try:
        reader = csv.reader(text, delimiter=_delimiter(text), strict=True)
        for cells in reader:
            if reader.line_num == 1 and _is_excels_mark(cells):
                continue
            yield reader.line_num, cells
    except (UnicodeError, csv.Error) as error:
        raise StatementRefused(_("Tệp không phải CSV mã hóa UTF-8. Hãy lưu lại dạng CSV UTF-8.")) from error
    finally:
        text.detach()


def _delimiter(text: io.TextIOWrapper) -> str:
    """Return what parts the cells: what Excel's `sep=` says, else what stands most often in one line."""
    start = text.read(_LOOKED_AT)
    text.seek(0)
    first = start.split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) > 4:
        return first[4]
    counts = dict.fromkeys(_DELIMITERS, 0)
    for line in islice(io.StringIO(start), SEARCHED_LINES):
        for sign in _DELIMITERS:
            counts[sign] = max(counts[sign], line.count(sign))
    return max(_DELIMITERS, key=lambda sign: counts[sign])


def _is_excels_mark(cells: list[str]) -> bool:
    return bool(cells) and cells[0].strip('"').lower().startswith("sep=")
