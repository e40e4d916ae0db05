"""Names of closed lists have English; what has none is marked as Vietnamese."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from core.values.closed_names import english_names, name_for_reader
from procedures.loading import fees
from procedures.models import Procedure


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (settings.PROVINCE_DATA / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _names() -> Iterator[str]:
    for line in _rows("fee_lines.csv"):
        yield fees._case_name(Procedure(code=line["procedure_code"]), line)
    for procedure in _rows("procedures.csv"):
        yield procedure["name"]
    for paper in _rows("documents.csv"):
        yield paper["name"]
    for question in _rows("questions.csv"):
        yield from (question["label"], *filter(None, (question["help_text"], *question["options"].split("|"))))
    for name, evidence, _words in fees._GROUPS.values():
        yield from (name, evidence)


def test_every_case_paper_exemption_and_answer_of_the_province_has_english() -> None:
    assert [name for name in dict.fromkeys(_names()) if name not in english_names()] == []


def _shown(text: str, language: str) -> str:
    with translation.override(language):
        return Template("{% load money %}{{ text|named }}").render(Context({"text": text}))


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("Hộ nghèo", "en", "Poor household"),
        ("Hộ nghèo", "vi", "Hộ nghèo"),
        ("Cấp lại giấy phép lái xe", "en", "Driving licence (re-issue)"),
        ("Lệ phí <riêng>", "en", '<span lang="vi">Lệ phí &lt;riêng&gt;</span>'),
        ("Lệ phí <riêng>", "vi", "Lệ phí &lt;riêng&gt;"),
        ("TT 281/2016/TT-BTC", "en", "TT 281/2016/TT-BTC"),
    ],
)
def test_a_name_is_shown_in_the_readers_language_or_marked(text: str, language: str, shown: str) -> None:
    assert _shown(text, language) == shown


def test_a_label_is_plain_text() -> None:
    with translation.override("en"):
        assert (name_for_reader("Nữ"), name_for_reader("Khác gì")) == ("Female", "Khác gì")
