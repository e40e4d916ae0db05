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


def test_in_english_a_licence_is_its_first_issue_its_reissue_and_its_exchange() -> None:
    """What stands in brackets tells two procedures of one name apart."""
    among = open_on(timezone.localdate())
    codes = [procedure.code for procedure in search("driving licence", among)]
    assert codes[0] == "3.000346" and {"3.000348", "1.002809"} <= set(codes)
    brokers = {procedure.code for procedure in search("real-estate broker practising certificate", among)}
    assert {"1.012906", "1.012907"} <= brokers
