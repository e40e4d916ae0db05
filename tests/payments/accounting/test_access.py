"""Who gets in, who may act, and that another agency's rows are not there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, AgencySuccession, Membership, Role
from payments.accounting import urls
from payments.accounting.error_messages import SENTENCES, explain
from payments.errors import DayNotClosable, PaymentsError, RemainingChanged
from payments.models import CashShift, ClosedDay, Discrepancy, Payment, Refund, Statement, StatementRow
from tests.support import factories
from tests.support.payments.accounting import said, sign_in, signed_in, surplus
from tests.support.payments.accounting_pages import OF_A_ROW, PAGES

pytestmark = pytest.mark.django_db(transaction=True)

#: Of one person and nobody else, or a part of a page: looked at in test_tools.py and tests/attacks.
ELSEWHERE = {
    "accounting-filter-save", "accounting-filter", "accounting-export", "accounting-export-ask",
    "accounting-exports-state", "accounting-exported-file", "accounting-statement-file",
}  # fmt: skip
POSTS = {
    "accounting-confirm": "statement", "accounting-discard": "statement", "accounting-statement-columns": "statement",
    "accounting-statement-close": "statement", "accounting-statement-propose": "statement",
    "accounting-statement-ask": "statement",
    "accounting-case-likely": "case", "accounting-day-cases": "day",
    "accounting-day-close": "day", "accounting-day-reopen": "day", "accounting-case-take": "case",
    "accounting-case-move": "case", "accounting-case-accept": "case", "accounting-move": "move",
    "accounting-case-retry": "case", "accounting-case-refund": "case", "accounting-case-close": "case",
    "accounting-approve": "refund",
    "accounting-refund-account": "refund", "accounting-refund-withdraw": "refund",
    "accounting-reject": "refund", "accounting-transfer": "refund",
    "accounting-propose": "payment",
    "accounting-shift-open": "", "accounting-shift-close": "shift", "accounting-statements": "",
}  # fmt: skip


def test_every_address_is_in_a_list_above() -> None:
    names = {pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)}
    assert names == {*PAGES, *OF_A_ROW, *POSTS, *ELSEWHERE}


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.AGENCY_ADMIN, Role.PROVINCE_ADMIN, Role.AUDITOR])
def test_accounting_roles_read_everything_of_their_agency(rows: dict[str, Any], role: Role) -> None:
    client = signed_in(rows["agency"], role)
    for name in PAGES:
        assert client.get(reverse(name)).status_code == 200, name
    for name, kind in OF_A_ROW.items():
        assert client.get(reverse(name, args=rows[kind])).status_code == 200, name


@pytest.mark.parametrize("role", [Role.RECEPTION_OFFICER, Role.HANDLING_OFFICER, Role.CASHIER])
def test_other_roles_get_in_nowhere_but_cashiers_to_their_drawer(rows: dict[str, Any], role: Role) -> None:
    client = signed_in(rows["agency"], role)
    is_cashier = role == Role.CASHIER
    for name in PAGES:
        allowed = is_cashier and name == "accounting-shifts"
        assert client.get(reverse(name)).status_code == (200 if allowed else 403), name
    for name, kind in (*OF_A_ROW.items(), *POSTS.items()):
        if not name.startswith("accounting-shift"):
            assert client.post(reverse(name, args=rows[kind])).status_code in (403, 405), name


def test_without_a_sign_in_every_page_leads_to_it(rows: dict[str, Any]) -> None:
    for name, kind in (*((name, "") for name in PAGES), *OF_A_ROW.items()):
        answer = Client().get(reverse(name, args=rows[kind]))
        assert (answer.status_code, "/tai-khoan/" in answer.headers["Location"]) == (302, True), name


def test_another_agencys_rows_are_not_found(rows: dict[str, Any]) -> None:
    client = signed_in(factories.agency("Xã khác"))
    for name, kind in OF_A_ROW.items():
        assert client.get(reverse(name, args=rows[kind])).status_code == 404, name
    for name, kind in POSTS.items():
        if kind:
            assert client.post(reverse(name, args=rows[kind])).status_code == 404, name
    case = Discrepancy.objects.get(pk=rows["case"][0])
    assert case.bill
    for name in PAGES:
        text = said(client.get(reverse(name), {"state": "all"}))
        assert case.bill.reference not in text
        assert str(case.agency) not in text, name


def test_an_auditors_post_is_always_refused_and_changes_nothing(rows: dict[str, Any]) -> None:
    client = signed_in(rows["agency"], Role.AUDITOR)
    for name, kind in POSTS.items():
        assert client.post(reverse(name, args=rows[kind]), {"reason": "vì sao"}).status_code == 403, name
    assert Refund.objects.get().state == "proposed"
    assert Statement.objects.get().state == "preview"
    assert CashShift.objects.get().closed_at is None


def test_an_auditor_sees_no_buttons(rows: dict[str, Any]) -> None:
    client = signed_in(rows["agency"], Role.AUDITOR)
    for name, kind in OF_A_ROW.items():
        text = said(client.get(reverse(name, args=rows[kind])))
        assert text.rpartition("<main")[2].count('method="post"') == 0, name


def test_an_auditor_who_keeps_books_elsewhere_acts_only_there(rows: dict[str, Any]) -> None:
    user = factories.officer(factories.agency(), Role.ACCOUNTANT)
    Membership.objects.create(user=user, agency=rows["agency"], role=Role.AUDITOR, valid_during=factories.FOREVER)
    client = sign_in(user)
    assert client.get(reverse("accounting-refund", args=rows["refund"])).status_code == 200
    assert client.post(reverse("accounting-approve", args=rows["refund"])).status_code == 403
    assert client.post(reverse("accounting-case-take", args=rows["case"])).status_code == 403


def test_a_right_that_ended_yesterday_is_gone(rows: dict[str, Any]) -> None:
    user = factories.officer(rows["agency"], Role.ACCOUNTANT)
    client = sign_in(user)
    assert client.get("/doi-soat/").status_code == 200
    Membership.objects.filter(user=user).update(valid_during=DateRange(date(2020, 1, 1), timezone.localdate()))
    assert client.get("/doi-soat/").status_code == 403


def test_a_successors_accountant_sees_what_came_before() -> None:
    case, successor = surplus(), factories.agency("Phường mới")
    client = signed_in(successor)
    assert client.get(f"/doi-soat/sai-lech/{case.pk}/").status_code == 404
    AgencySuccession.objects.create(predecessor=case.agency, successor=successor, effective_date=date(2025, 7, 1))
    assert client.get(f"/doi-soat/sai-lech/{case.pk}/").status_code == 200


def test_the_header_leads_those_who_may(rows: dict[str, Any]) -> None:
    agency: Agency = rows["agency"]
    link, drawer = 'href="/doi-soat/"', 'href="/doi-soat/ca-thu/"'
    assert link in said(signed_in(agency).get("/"))
    assert drawer in said(signed_in(agency, Role.CASHIER).get("/"))
    for client in (signed_in(agency, Role.RECEPTION_OFFICER), Client()):
        assert "/doi-soat/" not in said(client.get("/"))


def test_forms_need_a_token(rows: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    checker = factories.officer(rows["agency"], Role.ACCOUNTANT)
    client.force_login(checker, backend="django.contrib.auth.backends.ModelBackend")
    for name, kind in POSTS.items():
        assert client.post(reverse(name, args=rows[kind])).status_code == 403, name
    assert Refund.objects.get().state == "proposed"


@pytest.mark.parametrize(
    "path",
    [
        "?page=999999999999", "sai-lech/?q=%22&kind=x&owner=9999999999999999999999&state=?&order=-agency__secret",
        "hoan-tien/?q=%27%22&state=x", "bien-lai/?year=0&agency=abc", "xuat/su-dung/csv/?year=-1", "ca-thu/?only=x",
        "sao-ke/?page=-1", "lan-nop/?after=x&before=-1&from=2026-99-99&q=%22&agency=x",
    ],
)  # fmt: skip
def test_addresses_that_make_no_sense_show_a_page(path: str) -> None:
    assert signed_in(factories.agency()).get(f"/doi-soat/{path}").status_code == 200


@pytest.mark.parametrize("path", ["sao-ke/99999999999999999999999/", "ngay/1/2026-02-30/", "ngay/1/0001-01-01/"])
def test_rows_that_cannot_be_are_not_found(path: str) -> None:
    agency = factories.agency()
    factories.merchant(agency, "vietinbank")
    assert signed_in(agency).get(f"/doi-soat/{path}").status_code == 404


def test_every_error_of_payments_has_a_sentence() -> None:
    def kinds(of: type[PaymentsError]) -> set[type[PaymentsError]]:
        return {of}.union(*(kinds(kind) for kind in of.__subclasses__()))

    assert kinds(PaymentsError) == set(SENTENCES)
    assert "150.000" in explain(RemainingChanged(150_000))
    assert explain(DayNotClosable(0)) != explain(DayNotClosable(5_000))


def test_only_the_province_reopens_a_day() -> None:
    payment = factories.payment(gateway="vietinbank")
    account, agency = payment.merchant_account, payment.bill.agency
    day = timezone.localdate() - timedelta(days=2)
    values = dict.fromkeys(("our_amount", "our_count", "bank_amount", "bank_count"), 0)
    closed = {"merchant_account": account, "day": day, "closed_by": factories.officer(agency)}
    ClosedDay.objects.create(**values, **closed)
    path = f"/doi-soat/ngay/{account.pk}/{day}/mo-lai/"
    assert signed_in(agency).post(path, {"reason": "ngân hàng sửa"}).status_code == 403
    province = signed_in(factories.agency(), Role.PROVINCE_ADMIN)
    province.post(path, {"reason": ""})
    assert ClosedDay.objects.exists()
    assert "Đã mở lại" in said(province.post(path, {"reason": "ngân hàng sửa"}, follow=True))
    assert not ClosedDay.objects.exists()
    assert "đang mở" in said(province.post(path, {"reason": "ngân hàng sửa"}, follow=True))


def test_nothing_of_payments_and_statements_is_touched_by_a_get(rows: dict[str, Any]) -> None:
    client = signed_in(rows["agency"])
    for name, kind in POSTS.items():
        client.get(reverse(name, args=rows[kind]))
    assert Refund.objects.get().state == "proposed"
    assert StatementRow.objects.count() == 1
    assert not Payment.objects.exclude(reserved_amount=0).exists()
