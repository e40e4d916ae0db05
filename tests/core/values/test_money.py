"""An amount is written one way wherever it is kept, printed or shown."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from core.values.money import dong, dong_for_reader, grouped
from tests.source_rules import APPS, ROOT


@pytest.mark.parametrize(("amount", "text"), [(0, "0"), (999, "999"), (150_000, "150.000"), (-1_234_567, "-1.234.567")])
def test_thousands_are_grouped_by_dots(amount: int, text: str) -> None:
    assert grouped(amount) == text
    assert dong(amount) == f"{text}\u00a0đ"


def test_a_sign_tells_what_came_from_what_went() -> None:
    assert (dong(5_000, sign=True), dong(-5_000, sign=True)) == ("+5.000\u00a0đ", "-5.000\u00a0đ")


def test_only_what_is_shown_follows_the_reader() -> None:
    with translation.override("en"):
        assert dong_for_reader(150_000) == "150,000\u00a0VND"
        assert dong(150_000) == "150.000\u00a0đ"
    with translation.override("vi"):
        assert dong_for_reader(150_000) == dong(150_000)


def test_no_other_module_groups_digits() -> None:
    modules = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    grouping = [str(path.relative_to(ROOT)) for path in modules if re.search(r"[:}],}", path.read_text())]
    assert grouping == ["core/values/money.py"]
