"""Every list of the administration opens, and an active fee schedule cannot be changed."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils.functional import Promise

from agencies.models import Role, User
from procedures.models import FeeRule, FeeSchedule, ScheduleState
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="a long test password"))
    return client


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)
def test_every_list_opens(client: Client, model: type) -> None:
    factories.payment()
    name = f"{model._meta.app_label}/{model._meta.model_name}"  # type: ignore[attr-defined]
    assert client.get(f"/admin/{name}/?q=hoa").status_code in (200, 302)


def test_the_database_refuses_to_change_an_active_schedule() -> None:
    case = factories.case()
    schedule = FeeSchedule.objects.create(
        procedure=case.procedure, version=1, valid_during=factories.FOREVER, legal_basis="TT 1"
    )
    rule = FeeRule.objects.create(schedule=schedule, case=case, code="A", name="A", kind="phi", price=1000)
    schedule.state = ScheduleState.ACTIVE
    schedule.save()
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        FeeRule.objects.filter(pk=rule.pk).update(price=1)
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        FeeSchedule.objects.filter(pk=schedule.pk).update(legal_basis="TT 2")
    assert FeeSchedule.objects.filter(pk=schedule.pk).update(state=ScheduleState.RETIRED) == 1


def test_secrets_of_a_merchant_are_encrypted_at_rest_and_never_shown(client: Client) -> None:
    account = factories.merchant(factories.agency(), "vnptpay")
    secret = factories.CONTRACTS["vnptpay"]["secrets"]["secret_key"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM payments_merchantaccount WHERE id = %s", [account.pk])
        assert secret not in cursor.fetchone()[0]
    page = client.get(f"/admin/payments/merchantaccount/{account.pk}/change/")
    assert page.status_code == 200
    assert secret not in page.content.decode()


def test_only_the_administration_may_evaluate_scripts_and_nobody_runs_them_inline() -> None:
    """Its theme is Alpine.js; without this its search box covers every page."""
    policy = Client().get("/admin/login/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in policy
    assert "unsafe" not in Client().get("/huong-dan/").headers["Content-Security-Policy"]


def test_every_column_and_field_of_our_tables_has_a_name_people_read() -> None:
    ours = {"agencies", "procedures", "payments", "dossiers"}
    pages = [page for model, page in admin.site._registry.items() if model._meta.app_label in ours]
    shown = {page.model for page in pages} | {inline.model for page in pages for inline in page.inlines}
    nameless = [
        f"{model._meta.label}.{field.name}"
        for model in sorted(shown, key=lambda model: model._meta.label)
        for field in model._meta.concrete_fields
        if not field.primary_key and not isinstance(field.verbose_name, Promise)
    ]
    assert nameless == []


@pytest.mark.parametrize(
    ("role", "ways"),
    [
        (Role.AGENCY_ADMIN, ["/quay/", "/doi-soat/", "/bao-cao/"]),
        (Role.AUDITOR, ["/quay/", "/doi-soat/", "/bao-cao/"]),
    ],
)
def test_the_administration_is_entered_from_every_page_and_left_from_every_page(role: Role, ways: list[str]) -> None:
    browser = browser_of(factories.officer(factories.agency(), role))
    assert 'href="/admin/"' in browser.get("/bao-cao/").content.decode()
    page = browser.get("/admin/").content.decode()
    assert [way for way in ways if f'href="{way}"' not in page] == []


def test_who_may_not_administer_is_offered_no_way_there() -> None:
    browser = browser_of(factories.officer(factories.agency(), Role.CASHIER))
    assert 'href="/admin/"' not in browser.get("/quay/").content.decode()
