"""What somebody sees who went astray: a page of ours in their language, with a way on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, server_error

pytestmark = pytest.mark.django_db


def test_a_page_there_is_not_leads_on() -> None:
    answer = Client().get("/khong-co/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Không có trang này" in page
    assert 'href="/tra-cuu/"' in page
    english = Client()
    english.cookies["django_language"] = "en"
    assert "There is no such page" in english.get("/khong-co/").content.decode()


def test_a_form_without_its_token_says_that_nothing_was_sent() -> None:
    answer = Client(enforce_csrf_checks=True).post("/tra-cuu/", {"code": "x", "pin": "1234"})
    assert answer.status_code == 403
    assert "Trang đã mở quá lâu" in answer.content.decode()


def test_errors_of_ours_and_of_the_request_are_told_without_anything_that_may_be_broken() -> None:
    request = RequestFactory().get("/")
    failed = server_error(request)
    assert (failed.status_code, "đừng nộp lại" in failed.content.decode()) == (500, True)
    refused = bad_request(request, ValueError())
    assert (refused.status_code, "Yêu cầu chưa đúng" in refused.content.decode()) == (400, True)


def test_the_sign_in_page_names_the_official_host() -> None:
    assert "Trang chính thức: <strong" in (page := Client().get("/tai-khoan/login/").content.decode())
    assert '<strong class="code"></strong>' not in page


def test_no_template_reads_the_site_where_allauth_puts_one_of_its_own() -> None:
    pages = list((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
    assert len(pages) > 100
    assert [page.name for page in pages if re.search(r"(?<![\w/.'-])site\.(?!css)", page.read_text())] == []
