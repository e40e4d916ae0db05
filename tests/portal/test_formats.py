"""Dates of the administration are short, as on the other pages."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone, translation
from django.utils.formats import date_format


def test_a_moment_fits_a_line_of_a_list() -> None:
    moment = timezone.localtime(datetime(2026, 11, 30, 9, 41, tzinfo=UTC))
    with translation.override("vi"):
        assert date_format(moment, "DATETIME_FORMAT") == "16:41 30/11/2026"
        assert date_format(moment, "DATE_FORMAT") == "30/11/2026"
