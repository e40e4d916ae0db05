"""A computer of many people: who is done wipes it, and an office's wipes itself (D3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dossiers.models import Draft
from portal import shared_computer_views as shared_computer
from tests.support import factories
from tests.support.citizens import browser_of, citizen
from tests.support.submitting import PERSON

pytestmark = pytest.mark.django_db


@pytest.fixture
def used() -> Client:
    """A browser somebody has filled something in with."""
    browser = Client()
    browser.post(f"/nop-ho-so/{factories.dossier().case.slug}/", PERSON)
    return browser


def draft_page() -> str:
    return f"/ho-so-nhap/{Draft.objects.latest('pk').code}/nguoi-nop/"


def test_one_button_wipes_what_the_computer_remembers(used: Client) -> None:
    page = used.get(draft_page()).content.decode()
    assert "Xong, xóa trên máy này" in page and "Nguyễn Thị Bình" in page
    answer = used.post("/may-dung-chung/xong/")
    assert answer.headers["Location"] == "/" and '"storage"' in answer.headers["Clear-Site-Data"]
    assert used.get(draft_page()).status_code == 302
    assert "Xong, xóa trên máy này" not in used.get("/thu-tuc/").content.decode()


def test_who_only_looks_is_not_asked() -> None:
    assert "Xong, xóa trên máy này" not in Client().get("/").content.decode()


def test_it_ends_a_sign_in_too() -> None:
    browser = browser_of(citizen())
    browser.post("/may-dung-chung/xong/")
    assert "_auth_user_id" not in browser.session


def test_a_computer_of_an_office_wipes_itself_and_any_other_does_not(used: Client) -> None:
    assert used.get("/may-dung-chung/het-gio/").status_code == 302
    assert used.get(draft_page()).status_code == 200
    used.post("/may-dung-chung/")
    page: Any = used.get(draft_page())
    assert "/may-dung-chung/het-gio/" in page.content.decode()
    assert used.session.get_expiry_age() <= shared_computer.IDLE.total_seconds()
    used.get("/may-dung-chung/het-gio/")
    assert used.get(draft_page()).status_code == 302
    used.post("/may-dung-chung/")
    assert "het-gio" not in used.get("/").content.decode()
