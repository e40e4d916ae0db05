"""400 everyday queries, `everyday_queries.csv`: the right procedure first, or the right door, or nothing.

A query is answered by the code of a procedure of ours, by the subject of a door (`elsewhere.csv`), or, with an empty
answer, by an empty list. A line more is one line in the file; when it fails, its words belong into the keywords.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from procedures.catalogue.filters import open_on
from procedures.catalogue.search import answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


def queries() -> list[tuple[str, str]]:
    with (Path(__file__).parent / "everyday_queries.csv").open(encoding="utf-8") as file:
        return [(line["typed"], line["answer"]) for line in csv.DictReader(file)]


def answer_to(text: str) -> str:
    """Return what stands first on the page of results."""
    given = answer(text, open_on(timezone.localdate()))
    if given.door:
        return given.door.subject
    procedure = given.procedures.first()
    return procedure.code if procedure else ""


def test_at_least_nine_of_ten_are_answered_first() -> None:
    lines = queries()
    assert len(lines) >= 400
    wrong = [(text, meant, given) for text, meant in lines if (given := answer_to(text)) != meant]
    assert len(wrong) <= len(lines) / 10, wrong


def test_what_is_not_ours_is_never_answered_with_a_confident_list() -> None:
    not_ours = [(text, meant) for text, meant in queries() if not meant[:1].isdecimal()]
    assert [(text, given) for text, meant in not_ours if (given := answer_to(text)) != meant] == []


def test_the_page_shows_the_door_and_no_list_of_ours() -> None:
    page = Client().get("/thu-tuc/", {"q": "ly hôn"}).content.decode()
    assert "Tòa án nhân dân" in page and "/thu-tuc/1.000894/" not in page


def test_results_tell_fee_and_time() -> None:
    page = Client().get("/thu-tuc/", {"q": "chứng thực chữ ký"}).content.decode().replace("\u00a0", " ")
    assert "10.000 đ" in page and "ngày làm việc" in page


def test_suggestions_come_with_the_fee_and_with_the_door() -> None:
    browser = Client()
    typed = browser.get("/thu-tuc/goi-y/", {"q": "giấy kha"}).content.decode()
    assert "/thu-tuc/1.001193/" in browser.get("/thu-tuc/goi-y/", {"q": "khai sinh"}).content.decode()
    assert typed.count("<li>") <= 6
    assert "Cảnh sát giao thông" in browser.get("/thu-tuc/goi-y/", {"q": "phạt nguội"}).content.decode()
    assert not browser.get("/thu-tuc/goi-y/", {"q": "x"}).content.strip()
