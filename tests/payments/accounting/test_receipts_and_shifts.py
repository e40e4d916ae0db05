"""Receipt books by month, a spreadsheet that runs nothing, drawers that are counted."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import AuditEntry, Role
from core.spreadsheets import harmless
from payments.cash_desk import collect as cash_desk
from payments.models import CashShift, Payment, Receipt
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from tests.support import factories
from tests.support.payments.accounting import paid, said, sign_in, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def receipt_of(agency: Any, amount: int = 150_000) -> Payment:
    return paid(factories.payment(of=factories.bill(amount, of=agency), gateway="vietinbank"))


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_a_month_shows_first_last_number_cancelled_and_money() -> None:
    agency = factories.agency()
    maker, checker = (factories.officer(agency, Role.ACCOUNTANT) for _ in range(2))
    payments = [receipt_of(agency, amount) for amount in (10_000, 20_000, 30_000)]
    wanted = refunds.Proposal(5_000, 20_000, "withdrawn", "k", bank_account="VCB 0123456789")
    refund = refunds.propose_for_payment(payments[1], wanted, maker=maker)
    refunds.approve(refund, checker=checker)
    dispatch.send_due()
    refunds.record_transfer(refund, reference="FT1", actor=checker)
    page = sign_in(maker).get("/doi-soat/bien-lai/")
    ((row, kind),) = page.context["named"]
    assert (row["first"], row["last"], row["count"], row["cancelled"]) == (1, 4, 4, 1)
    assert (row["total"], row["valid_total"], str(kind)) == (75_000, 55_000, "Phí")
    for text in ("0000001", "0000004", "75.000\u00a0đ", "55.000\u00a0đ", f"{timezone.localdate():%m/%Y}"):
        assert text in said(page)


def test_a_receipt_belongs_to_the_month_of_vietnam() -> None:
    agency = factories.agency()
    receipt_of(agency)
    receipt = Receipt.objects.get()
    receipt.pk, receipt.token, receipt.number, receipt.revision = None, "another", 2, 2
    receipt.issued_at = datetime(2020, 12, 31, 17, 30, tzinfo=UTC)
    receipt.save(force_insert=True)
    client = signed_in(agency)
    page = client.get("/doi-soat/bien-lai/", {"year": "2021"})
    assert [f"{row['month']:%m/%Y}" for row, _ in page.context["named"]] == ["01/2021"]
    assert "chưa có biên lai" in said(client.get("/doi-soat/bien-lai/", {"year": "2020"}))


def test_the_spreadsheet_has_the_rows_of_the_filter_and_runs_no_formula() -> None:
    evil, plain = factories.agency('=cmd|"/c calc"!A1'), factories.agency("Phường Thường")
    for agency in (evil, plain):
        receipt_of(agency)
    client = signed_in(factories.agency(), Role.PROVINCE_ADMIN)
    answer = client.get("/doi-soat/xuat/su-dung/csv/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    head, *rows = table(answer)
    assert head[:2] == ["Cơ quan", "Mẫu số"]
    assert sorted(row[0] for row in rows) == sorted(['\'=cmd|"/c calc"!A1', "Phường Thường"])
    assert {tuple(row[5:]) for row in rows} == {("1", "1", "1", "0", "150000", "150000")}
    _, only = table(client.get("/doi-soat/xuat/su-dung/csv/", {"agency": plain.pk}))
    assert only[0] == "Phường Thường"
    assert AuditEntry.objects.filter(action="export_list").count() == 2
    assert len(table(signed_in(plain).get("/doi-soat/xuat/su-dung/csv/", {"agency": evil.pk}))) == 2  # their own only


@pytest.mark.parametrize("text", ["=1", "+84", "-1", "@x", "\tx", "\rx"])
def test_a_text_that_could_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_a_cashier_opens_counts_explains_and_closes() -> None:
    agency = factories.agency()
    cashier = factories.officer(agency, Role.CASHIER)
    client = sign_in(cashier)
    values = {"agency": agency.pk, "opening_amount": "500.000"}
    assert "Ca của tôi đang mở" in said(client.post("/doi-soat/ca-thu/mo/", values, follow=True))
    client.post("/doi-soat/ca-thu/mo/", values)
    shift = CashShift.objects.get()
    assert shift.opening_amount == 500_000
    cash_desk.take(factories.bill(of=agency), cash_desk.Taking("cash", 200_000), cashier=cashier)
    assert "650.000" not in said(client.get("/doi-soat/ca-thu/"))  # counted first, told afterwards
    path = f"/doi-soat/ca-thu/{shift.pk}/dong/"
    answer = said(client.post(path, {"counted_amount": "640000", "note": ""}))
    assert "640.000" in answer
    assert "data-error-summary" in answer
    assert "650.000" not in answer, "a second count is blind, too"
    assert CashShift.objects.get().closed_at is None
    explained = {"counted_amount": "640000", "note": "Trả lại nhầm"}
    looked = said(client.post(path, explained))
    assert "650.000" in looked and "-10.000" in looked and "150.000" in looked, "the difference and what was taken"
    assert CashShift.objects.get().closed_at is None, "a number mistyped is not final"
    assert AuditEntry.objects.get(action="shift_counted").detail == {"difference": -10_000}
    other = said(client.post(path, explained | {"counted_amount": "64000", "seen": "-10000"}))
    assert "-586.000" in other, "another number is another look"
    closed = said(client.post(path, explained | {"seen": "-10000"}, follow=True))
    assert "Đã đóng ca với chênh lệch -10.000" in closed
    assert "Ca này đã đóng" in said(client.post(path, {"counted_amount": "1", "note": "x"}, follow=True))
    assert CashShift.objects.get().difference == -10_000


def test_what_a_closed_shift_took_is_listed_and_of_an_open_one_nothing() -> None:
    agency = factories.agency()
    cashier = factories.officer(agency, Role.CASHIER)
    shift = cash_desk.open_shift(cashier, agency, opening_amount=0)
    bill = factories.bill(of=agency)
    cash_desk.take(bill, cash_desk.Taking("pos", 150_000, "000123"), cashier=cashier)
    client = sign_in(cashier)
    assert bill.reference not in said(client.get(f"/doi-soat/ca-thu/?ca={shift.pk}"))
    cash_desk.close_shift(shift, counted_amount=0)
    page = said(client.get(f"/doi-soat/ca-thu/?ca={shift.pk}"))
    assert bill.reference in page and "000123" in page
    for odd in ("x", "99999999999999999999", "-1"):
        assert client.get("/doi-soat/ca-thu/", {"ca": odd}).status_code == 200
    stranger = signed_in(factories.agency(), Role.CASHIER)
    assert bill.reference not in said(stranger.get(f"/doi-soat/ca-thu/?ca={shift.pk}"))


def test_who_missed_a_drawer_at_the_desk_is_led_back_to_it() -> None:
    agency = factories.agency()
    values = {"agency": agency.pk, "opening_amount": "0"}
    for path, leads in (
        ("/quay/H44.1-261130-0001/", "/quay/H44.1-261130-0001/"),
        ("//evil.example/", "/doi-soat/ca-thu/"),
    ):
        client = signed_in(agency, Role.CASHIER)
        assert client.post("/doi-soat/ca-thu/mo/", values | {"tu": path}).headers["Location"] == leads
    assert (
        'value="/quay/H44.1-261130-0001/"'
        in signed_in(agency, Role.CASHIER).get("/doi-soat/ca-thu/", {"tu": "/quay/H44.1-261130-0001/"}).content.decode()
    )


def test_a_drawer_is_closed_by_nobody_else_and_opened_at_ones_own_agency() -> None:
    agency = factories.agency()
    shift = cash_desk.open_shift(factories.officer(agency, Role.CASHIER), agency, opening_amount=0)
    other = signed_in(agency, Role.CASHIER)
    assert other.post(f"/doi-soat/ca-thu/{shift.pk}/dong/", {"counted_amount": "0"}).status_code == 404
    answer = other.post("/doi-soat/ca-thu/mo/", {"agency": factories.agency().pk, "opening_amount": "0"})
    assert "data-error-summary" in said(answer)
    assert CashShift.objects.count() == 1


def test_cashiers_see_their_own_drawers_accountants_those_of_their_agency() -> None:
    agency = factories.agency()
    names = []
    for differs in (0, -1_000):
        cashier = factories.officer(agency, Role.CASHIER)
        names.append(cashier)
        shift = cash_desk.open_shift(cashier, agency, opening_amount=50_000)
        cash_desk.close_shift(shift, counted_amount=50_000 + differs, note="thiếu" if differs else "")
    shown = [shift.cashier for shift in sign_in(names[0]).get("/doi-soat/ca-thu/").context["page"]]
    assert shown == [names[0]]
    accountant = signed_in(agency)
    assert len(accountant.get("/doi-soat/ca-thu/").context["page"]) == 2
    page = accountant.get("/doi-soat/ca-thu/", {"only": "different"})
    assert [shift.cashier for shift in page.context["page"]] == [names[1]]
    assert "-1.000\u00a0đ" in said(page)
    assert len(signed_in(factories.agency()).get("/doi-soat/ca-thu/").context["page"]) == 0


def test_years_before_have_their_own_page() -> None:
    assert Receipt.objects.count() == 0
    year = (timezone.localdate() - timedelta(days=366)).year
    assert f"Năm {year} chưa có" in said(signed_in(factories.agency()).get("/doi-soat/bien-lai/", {"year": year}))
