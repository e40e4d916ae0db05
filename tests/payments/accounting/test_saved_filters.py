"""Filters under a name: kept, opened, renamed, removed, each for one person."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Role, User
from payments.accounting import saved_filter_views
from payments.models import SavedFilter
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import said, sign_in, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accountant() -> User:
    return factories.officer(factories.agency(), Role.ACCOUNTANT)


def agency_of(user: User) -> Any:
    return user.memberships.get().agency


def test_a_filter_is_kept_opened_renamed_and_removed(accountant: User) -> None:
    client = sign_in(accountant)
    page = client.post(
        "/doi-soat/bo-loc/lan-nop/", {"name": " Chưa  rõ ", "query": "state=unknown&page=3&x=1"}, follow=True
    )
    assert page.redirect_chain == [("/doi-soat/lan-nop/?state=unknown", 302)]
    kept = SavedFilter.objects.get()
    assert (kept.name, kept.query) == ("Chưa rõ", "state=unknown")
    assert '<a href="/doi-soat/lan-nop/?state=unknown" aria-current="true">Chưa rõ</a>' in tight(said(page))
    client.post(f"/doi-soat/bo-loc/{kept.pk}/sua/", {"name": "Chờ ngân hàng"})
    client.post("/doi-soat/bo-loc/lan-nop/", {"name": "Khác", "query": "state=paid"})
    assert "tên này trống hoặc đã có" in said(
        client.post(f"/doi-soat/bo-loc/{kept.pk}/sua/", {"name": "Khác"}, follow=True)
    )
    client.post("/doi-soat/bo-loc/lan-nop/", {"name": "Khác", "query": "state=failed"})
    assert dict(SavedFilter.objects.values_list("name", "query")) == {
        "Chờ ngân hàng": "state=unknown",
        "Khác": "state=failed",
    }
    client.post(f"/doi-soat/bo-loc/{kept.pk}/sua/", {"act": "delete"})
    assert not SavedFilter.objects.filter(pk=kept.pk).exists()


def test_a_filter_belongs_to_one_person_and_one_list(accountant: User) -> None:
    sign_in(accountant).post("/doi-soat/bo-loc/sai-lech/", {"name": "Tiền thừa", "query": "kind=surplus"})
    kept = SavedFilter.objects.get()
    colleague = signed_in(agency_of(accountant))
    assert "Tiền thừa</a>" not in said(colleague.get("/doi-soat/sai-lech/"))
    assert colleague.post(f"/doi-soat/bo-loc/{kept.pk}/sua/", {"act": "delete"}).status_code == 404
    assert "Tiền thừa</a>" in said(sign_in(accountant).get("/doi-soat/sai-lech/"))
    assert "Tiền thừa</a>" not in said(sign_in(accountant).get("/doi-soat/hoan-tien/"))
    assert colleague.post("/doi-soat/bo-loc/khong-co/", {"name": "x"}).status_code == 404


def test_there_is_an_end_to_how_many_are_kept(accountant: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_filter_views, "MOST_SAVED", 1)
    client = sign_in(accountant)
    for name in ("một", "hai", "một"):
        client.post("/doi-soat/bo-loc/lan-nop/", {"name": name, "query": ""})
    assert [kept.name for kept in SavedFilter.objects.all()] == ["một"]
