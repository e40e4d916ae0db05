"""English for names out of closed lists: procedures, their cases, charges, papers, exemptions.

Rows and frozen bills hold them in Vietnamese, so they are looked up by it where they are shown
(`data/…/english.csv`, and the procedures' own English names). What is in no list stays Vietnamese and is marked so.
"""

from __future__ import annotations

import csv
import re
from functools import cache

from django.conf import settings
from django.utils.html import format_html

from .language import is_english
from .text import briefly

#: Letters that a frozen name has at most.
LONGEST_FROZEN = 255
_VIETNAMESE = re.compile(r"[^\x00-\x7f–…“”’·×−\xa0]")


@cache
def english_names() -> dict[str, str]:
    """Return Vietnamese → English of what is in the province's lists."""
    names: dict[str, str] = {}
    for file_name, vietnamese, english in (
        ("procedures.csv", "name", "name_en"),
        ("questions.csv", "label", "label_en"),
        ("english.csv", "vietnamese", "english"),
    ):
        with (settings.PROVINCE_DATA / file_name).open(encoding="utf-8") as file:
            names |= {row[vietnamese]: row[english] for row in csv.DictReader(file) if row[english]}
    # What a bill is for is frozen, a long name cut (payments/bills/create.py).
    return {briefly(name, LONGEST_FROZEN): english for name, english in names.items()} | names


def name_for_reader(text: str) -> str:
    """Return the name in the reader's language where a list has it, else as it is: for labels and choices."""
    return english_names().get(text, text) if is_english() else text


def marked_for_reader(text: object, *, is_brief: bool = False) -> str:
    """Return the name for a page: in English what stays Vietnamese is marked, so that it is read out as such."""
    shown = name_for_reader(str(text))
    shown = briefly(shown) if is_brief else shown
    if is_english() and _VIETNAMESE.search(shown):
        return format_html('<span lang="vi">{}</span>', shown)
    return shown
