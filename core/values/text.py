"""Vietnamese text: normalised for storage, folded for search and bank transfers."""

from __future__ import annotations

import re
import unicodedata

#: Signs nobody sees, which turn or split what stands beside them: zero width, direction, control (S-59).
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


#: Letters that are no others with marks, and the apostrophes of telephones ("H’Hen") as keyboards have it.
_PLAIN_LETTERS = str.maketrans("đĐƀɃ" + "’‘ʼʹ´`＇", "dDbB" + "'" * 7)


def unaccented(text: str) -> str:
    """Return the letters without their marks, as banks and plain telephones write them: "Đặng Hòa" → "Dang Hoa"."""
    decomposed = unicodedata.normalize("NFD", text.translate(_PLAIN_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """Return lower-case ASCII: "Hòa Bình", "Hoà Bình" and "hoa binh" become the same."""
    return " ".join(unaccented(text.lower()).split())


def briefly(text: str, most: int = 80) -> str:
    """Return a legal name up to where it begins to enumerate, "…" for the rest; a short one as it is."""
    if len(text) <= most:
        return text
    head = re.split(r" \(|;", text, maxsplit=1)[0]
    if len(head) > most:
        head = next((head[: match.start()] for match in re.finditer(",", head) if match.start() >= most // 3), head)
    return f"{head[: most - 1].rstrip() if len(head) <= most - 1 else head[: most - 1].rsplit(' ', 1)[0]}…"


def plain(text: str) -> str:
    """Return the text as it is seen: one form for each letter with its marks (NFC), nothing invisible.

    Phones paste such signs along with a name, so they are taken out and nobody is asked to find them.
    """
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text))


def one_line(text: str) -> str:
    """Return the text on one line, words a blank apart: what a name or a heading is."""
    return " ".join(text.split())


#: Digits of the key of a row, at most: PostgreSQL's bigint has room for these.
_KEY_DIGITS = 18


def row_key(text: str) -> int:
    """Return the key of a row out of an address or a form; 0, which is nobody's, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _KEY_DIGITS else 0
