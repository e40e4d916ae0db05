"""What a citizen reads as the reason of an amount is our province's law, or is said to be provisional."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from django.conf import settings

from dossiers.post import orders
from dossiers.post.provinces import PROVINCES

#: A resolution of a province's council is cited by its number, or the amount is provisional.
_UNNUMBERED = re.compile(r"NQ HĐND(?! tỉnh| \d)|nghị quyết HĐND(?! số)", re.IGNORECASE)
_OURS_ONLY = re.compile(r"giả định|own knowledge|medium|low\b|->", re.IGNORECASE)


def _bases() -> Iterator[str]:
    for name, column in (("procedures", "legal_basis"), ("fee_lines", "legal_basis"), ("postage", "source")):
        with (settings.PROVINCE_DATA / f"{name}.csv").open(encoding="utf-8") as file:
            yield from (row[column] for row in csv.DictReader(file))


def test_no_amount_is_explained_by_another_provinces_law_or_by_our_notes() -> None:
    others = [province for province in PROVINCES if province != orders.HOME]
    bases = set(_bases())
    assert [basis for basis in bases if any(province in basis for province in others)] == []
    assert [basis for basis in bases if _UNNUMBERED.search(basis) or _OURS_ONLY.search(basis)] == []
    assert any("Mức tạm của bản chạy thử" in basis for basis in bases)
