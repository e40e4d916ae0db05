"""Dates of the administration are short, as on the other pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.utils import timezone, translation
from django.utils.formats import date_format


def test_a_moment_fits_a_line_of_a_list() -> None:
    moment = timezone.localtime(datetime(2026, 11, 30, 9, 41, tzinfo=UTC))
    with translation.override("vi"):
        assert date_format(moment, "DATETIME_FORMAT") == "16:41 30/11/2026"
        assert date_format(moment, "DATE_FORMAT") == "30/11/2026"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("typed", ["05/06/2026", "2026-06-05"])
def test_a_day_is_typed_with_the_day_before_the_month_in_either_language(language: str, typed: str) -> None:
    with translation.override(language):
        assert forms.DateField(localize=True).clean(typed) == forms.DateField().clean(typed) == date(2026, 6, 5)
        assert forms.DateTimeField().clean(f"{typed} 08:30").day == 5
