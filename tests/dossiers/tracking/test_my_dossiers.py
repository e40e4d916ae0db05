"""A citizen's own page: found by the number VNeID vouches for, never by what somebody typed."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, transaction
from django.test import Client

from agencies import citizens
from agencies.models import Membership, Role, User
from dossiers.models import Dossier
from tests.support import factories
from tests.support.citizens import BINH, browser_of, citizen, owned
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db


def test_one_sees_and_opens_ones_own_and_nothing_else() -> None:
    own, other, without = owned(), owned("025085000101"), owned("")
    browser = browser_of(citizen())
    page = browser.get("/ho-so-cua-toi/").content.decode()
    assert own.code in page
    assert other.code not in page
    assert without.code not in page
    assert browser.get(f"/ho-so/{own.code}/").status_code == 200
    assert browser.get(f"/ho-so/{other.code}/").url.startswith("/tra-cuu/")  # type: ignore[attr-defined]
    nameless = browser_of(citizen(""))
    assert without.code not in nameless.get("/ho-so-cua-toi/").content.decode(), "no number is nobody's number"
    assert Client().get(f"/ho-so/{own.code}/").url.startswith("/tra-cuu/")  # type: ignore[attr-defined]


def test_a_number_is_found_while_keys_rotate(settings: Any) -> None:
    own, browser = owned(), browser_of(citizen())
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    assert own.code in browser.get("/ho-so-cua-toi/").content.decode()
    new = owned()
    assert own.owner_identity_key != new.owner_identity_key
    assert new.code in browser.get("/ho-so-cua-toi/").content.decode()


def test_the_page_asks_no_more_for_many_than_for_one(django_assert_max_num_queries: Any) -> None:
    browser = browser_of(citizen())
    owned()
    browser.get("/ho-so-cua-toi/")
    with django_assert_max_num_queries(40) as one:
        browser.get("/ho-so-cua-toi/")
    for _ in range(5):
        owned()
    with django_assert_max_num_queries(len(one)):
        page = browser.get("/ho-so-cua-toi/").content.decode()
    assert all(code in page for code in Dossier.objects.values_list("code", flat=True)), "the page shows all six"


def test_a_citizens_account_never_works_here() -> None:
    user, officer = citizen(), factories.officer(factories.agency())
    membership = Membership.objects.get(user=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            user=user, agency=membership.agency, role=Role.CASHIER, valid_during=factories.FOREVER
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        citizens.remember(officer, citizens.Claims(identity_number=BINH))
    assert browser_of(user).get("/quay/").status_code == 403
    assert browser_of(user).get("/tai-khoan/password/change/").url == "/ho-so-cua-toi/"  # type: ignore[attr-defined]


def test_what_the_provider_cannot_have_meant_is_kept_as_nothing() -> None:
    user = User.objects.create(username="x")
    kept = citizens.remember(user, citizens.Claims("An", "999", "12", "not an address"))
    assert (kept.identity_number, kept.identity_key, kept.phone, kept.email) == ("", "", "", "")


def test_who_is_not_signed_in_finds_what_this_browser_has_opened() -> None:
    first, second, other = (factories.dossier() for _ in range(3))
    browser = opened(first)
    browser.get(f"/giay-hen/{second.slip_token}/")
    page = browser.get("/ho-so-cua-toi/").content.decode()
    assert page.index(second.code) < page.index(first.code), "the last one first"
    assert other.code not in page and "Xong, xóa trên máy này" in page
    assert "Đã mở trên máy này" not in Client().get("/ho-so-cua-toi/").content.decode()
