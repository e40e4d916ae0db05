"""What people type and what they mean, `everyday_words.csv`: without marks, misspelt, in their own words.

A line more is one line in the file; when it fails, the words belong into the procedure's keywords.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.utils import timezone

from procedures.catalogue.filters import open_on
from procedures.catalogue.search import search

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]
FIRST = 3


def test_what_is_meant_is_among_the_first_three_and_mostly_the_first() -> None:
    with (Path(__file__).parent / "everyday_words.csv").open(encoding="utf-8") as file:
        lines = [(line["typed"], line["code"]) for line in csv.DictReader(file)]
    among = open_on(timezone.localdate())
    codes = {typed: [procedure.code for procedure in search(typed, among)[:FIRST]] for typed, _code in lines}
    assert len(lines) > 110
    assert [(typed, code, codes[typed]) for typed, code in lines if code not in codes[typed]] == []
    firsts = sum(codes[typed][0] == code for typed, code in lines)
    assert firsts >= 0.85 * len(lines), f"{firsts} of {len(lines)} come first"
    assert all(len(search(typed, among)) <= 15 for typed, _code in lines if len(typed.split()) > 3), "few, not half"
