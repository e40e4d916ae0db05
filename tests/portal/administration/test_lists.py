"""Lists of the administration: as many queries for thirty rows as for three, searched, kind when empty."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.db import connection
from django.db.models import Model
from django.forms import ModelChoiceField
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.models import (
    Agency,
    AgencySuccession,
    AuditEntry,
    Membership,
    OfficeNetwork,
    OnboardingStep,
    Role,
    RoleProposal,
    User,
)
from dossiers.models import Message, PostageRate
from payments.api.clients import create_client
from payments.models import (
    ApiClient,
    Bill,
    ContractChange,
    Discrepancy,
    LedgerEvent,
    MerchantAccount,
    Notification,
    Payment,
    Receipt,
    RejectedNotification,
    WebhookDelivery,
)
from payments.models.receipts import ReceiptSeries
from payments.webhooks import endpoints
from procedures.models import CalendarDay, FeeSchedule, Procedure, WorkingHours
from tests.support import factories
from tests.support.proposals import proposed_change, proposed_role
from tests.support.schedules import schedule
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
_numbers = itertools.count(1)


def _receipt() -> None:
    payment, number = factories.payment(), next(_numbers)
    series = ReceiptSeries.objects.create(agency=payment.bill.agency, kind="phi", serial="PT-26E")
    frozen = {"kind": "phi", "amount": 10_000, "payer_name": "x", "agency_name": "x", "lines": []}
    Receipt.objects.create(series=series, number=number, bill=payment.bill, payment=payment, **frozen)


def _notification() -> None:
    account, number = factories.merchant(factories.agency(), "vnptpay"), next(_numbers)
    Notification.objects.create(
        gateway="vnptpay",
        event_key=str(number),
        source="callback",
        merchant_account=account,
        outcome="paid",
        digest="x",
    )


def _merchant() -> None:
    kept = {"gateway": "vnptpay", "merchant_id": f"M{next(_numbers)}", "valid_during": factories.FOREVER}
    MerchantAccount.objects.create(agency=factories.agency(), **kept)


def _contract_change() -> None:
    kept = {"gateway": "vnptpay", "merchant_id": f"M{next(_numbers)}", "valid_during": factories.FOREVER}
    contract = MerchantAccount.objects.create(agency=factories.agency(), **kept)
    proposed_change(contract, by=factories.officer(contract.agency))


def _delivery() -> None:
    client, _key = create_client(f"Hệ thống {next(_numbers)}", [factories.agency()])
    endpoints.send_test(endpoints.register(client, f"https://example.com/{next(_numbers)}"))


def _role_proposal() -> None:
    proposed_role(factories.agency())


def _succession() -> None:
    values = {"predecessor": factories.agency(), "successor": factories.agency(), "effective_date": date(2025, 7, 1)}
    AgencySuccession.objects.create(**values)


def _postage() -> None:
    first = date(2000, 1, 1) + timedelta(days=next(_numbers))
    during = DateRange(first, first + timedelta(days=1))
    PostageRate.objects.create(zone="province", amount=30_000, valid_during=during, source="x")


def _message() -> None:
    number = next(_numbers)
    Message.objects.create(
        subject=str(number), kind="received", dossier=factories.dossier(), recipient="+84912345678", text="x"
    )


def _payment() -> None:
    factories.payment(factories.bill())


def _step() -> None:
    noted = factories.officer(factories.agency())
    OnboardingStep.objects.create(
        agency=factories.agency(), step="training", day=date(2025, 7, 1), evidence="x", noted_by=noted
    )


def _discrepancy() -> None:
    bill = factories.bill()
    Discrepancy.objects.create(kind="surplus", agency=bill.agency, bill=bill, amount=1)


#: How a row of each table comes to be, with rows of its own behind every key.
ROWS: dict[type[Model], Callable[[], Any]] = {
    Agency: lambda: factories.agency(parent=factories.agency("Tỉnh")),
    AgencySuccession: _succession,
    ApiClient: lambda: create_client(f"Hệ thống {next(_numbers)}", [factories.agency()]),
    AuditEntry: lambda: audit.record(
        "view", "bill:1", actor=factories.officer(factories.agency()), agency=factories.agency()
    ),
    Bill: factories.bill,
    CalendarDay: lambda: CalendarDay.objects.create(date=date(2020, 1, 1) + timedelta(days=next(_numbers)), kind="off"),
    Discrepancy: _discrepancy,
    FeeSchedule: lambda: schedule(factories.case(), 10_000, timezone.localdate(), agency=factories.agency()),
    LedgerEvent: _payment,
    Membership: lambda: factories.officer(factories.agency()),
    MerchantAccount: _merchant,
    ContractChange: _contract_change,
    RoleProposal: _role_proposal,
    Message: _message,
    Notification: _notification,
    OfficeNetwork: lambda: OfficeNetwork.objects.create(agency=factories.agency(), network="192.0.2.0/24"),
    OnboardingStep: _step,
    Payment: _payment,
    PostageRate: _postage,
    Procedure: factories.case,
    Receipt: _receipt,
    RejectedNotification: lambda: RejectedNotification.objects.create(
        gateway="vnptpay", reason="bad_signature", body_sha256="x"
    ),
    User: lambda: factories.officer(factories.agency()),
    WebhookDelivery: _delivery,
    WorkingHours: lambda: WorkingHours.objects.create(
        agency=factories.agency(), opens=time(7), closes=time(11), valid_during=factories.FOREVER
    ),
}
PAGES: list[type[Model]] = sorted(admin.site._registry, key=lambda model: model._meta.label)
#: What there are hundreds of.
MANY = (Agency, User, Procedure, Bill, Payment, Notification)


def _list(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def _queries(browser: Client, model: type[Model]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(_list(model)).status_code == 200
    return len(queries)


@pytest.fixture
def browser() -> Client:
    return browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN))


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model._meta.label)
def test_a_list_asks_the_database_as_often_for_thirty_rows_as_for_three(browser: Client, model: type[Model]) -> None:
    for _ in range(3):
        ROWS[model]()
    _queries(browser, model)  # what is asked once and then remembered
    few = _queries(browser, model)
    for _ in range(27):
        ROWS[model]()
    _queries(browser, model)  # what a new row makes forget
    assert model._default_manager.count() >= 30
    assert _queries(browser, model) == few
    assert admin.site.get_model_admin(model).search_fields
    assert "Không có dòng nào" in browser.get(_list(model), {"q": "không có gì như vậy"}).content.decode()


def test_what_there_are_hundreds_of_is_typed_not_scrolled_through() -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("root", password="a long test password")
    selects = []
    for model in PAGES:
        page = admin.site.get_model_admin(model)
        if not (page.has_add_permission(request) or page.has_change_permission(request)):
            continue
        forms = [page.get_form(request)()]
        forms += [inline.get_formset(request)().empty_form for inline in page.get_inline_instances(request)]
        selects += [
            f"{form._meta.model.__name__}.{name}"
            for form in forms
            for name, field in form.fields.items()
            if isinstance(field, ModelChoiceField)
            and field.queryset is not None
            and issubclass(field.queryset.model, MANY)
            and not isinstance(getattr(field.widget, "widget", field.widget), AutocompleteMixin)
        ]
    assert selects == []


def test_an_agency_that_is_over_is_offered_last_and_with_its_last_day(browser: Client) -> None:
    factories.agency("Sở Tài chính", valid_during=DateRange(date(2004, 1, 1), date(2025, 3, 1)))
    factories.agency("Sở Tài chính")
    parameters = {
        "term": "so tai chinh",
        "app_label": "agencies",
        "model_name": "agencysuccession",
        "field_name": "successor",
    }
    results = browser.get("/admin/autocomplete/", parameters).json()["results"]
    assert [row["text"] for row in results] == ["Sở Tài chính", "Sở Tài chính (01/01/2004 – 28/02/2025)"]
