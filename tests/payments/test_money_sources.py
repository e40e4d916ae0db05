"""List, file, report and ledger tell the same of every kind of payment: what each gateway really received."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, Role
from dossiers.models import Dossier
from payments import reallocation
from payments.callbacks import inbox
from payments.cash_desk import collect as cash_desk
from payments.models import Bill, CashShift, Discrepancy, LedgerEvent
from payments.models.discrepancies import DiscrepancyKind
from payments.settlement import ledger_check
from payments.states import MONEY_IN, OPEN_PAYMENT_STATES, BillState
from portal.reports.measures import MEASURES, Scope
from portal.reports.summary import Summary, summary_of
from tests.support import factories
from tests.support.markup import tight
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.accounting import said, signed_in
from tests.support.payments.callbacks import post
from tests.support.payments.statements import file_of, line, match

pytestmark = pytest.mark.django_db(transaction=True)


def transfer(bill: Bill, amount: int, reference: str) -> None:
    """Let money arrive by VietinBank for a bill."""
    payment = bill.payments.filter(gateway="vietinbank").first() or factories.payment(of=bill, gateway="vietinbank")
    message = notify_bill(
        payment,
        amount,
        transId=f"TX{reference}",
        bankTransId=reference,
        transTime=f"{timezone.localtime():%Y%m%d%H%M%S}",
    )
    post(message, "vietinbank")
    inbox.drain_all()


def bill_of(agency: Agency, amount: int) -> Bill:
    return factories.dossier(agency, amount=amount).bills.get()


@pytest.fixture
def every_kind() -> tuple[Agency, CashShift, dict[str, Bill]]:
    """Bills of one agency: paid online, in cash, by transfer and cash, twice, and by what came twice for another."""
    agency = factories.agency()
    factories.merchant(agency, "vietinbank")
    names = {"online": 40_000, "cash": 30_000, "parts": 100_000, "twice": 8_000, "moved": 8_000}
    bills = {name: bill_of(agency, amount) for name, amount in names.items()}
    payment = factories.payment(of=bills["online"])
    post(confirm(payment, PAY_DATE=f"{timezone.localtime():%Y%m%d%H%M%S}"))
    inbox.drain_all()
    shift = cash_desk.open_shift(factories.officer(agency, Role.CASHIER), agency, opening_amount=0)
    cash_desk.take(bills["cash"], cash_desk.Taking("cash", 30_000), cashier=shift.cashier)
    transfer(bills["parts"], 99_000, "PART")
    bill = Bill.objects.with_payments().get(pk=bills["parts"].pk)
    cash_desk.take(bill, cash_desk.Taking("cash", 1_000), cashier=shift.cashier, despite_open=True)
    transfer(bills["twice"], 8_000, "FIRST")
    transfer(bills["twice"], 8_000, "AGAIN")
    case = Discrepancy.objects.get(kind=DiscrepancyKind.SURPLUS)
    wish = reallocation.ReallocationRequest([bills["moved"].reference], 8_000, "Nộp nhầm mã", "k")
    move = reallocation.propose(case, wish, maker=factories.officer(agency, Role.ACCOUNTANT))
    reallocation.approve(move, checker=factories.officer(agency, Role.ACCOUNTANT))
    assert set(Bill.objects.values_list("state", flat=True)) == {BillState.PAID}
    assert ledger_check.check() == []
    return agency, shift, bills


def report(agency: Agency) -> tuple[Summary, Scope]:
    scope = Scope(frozenset([agency.pk]), timezone.localdate(), timezone.localdate())
    return summary_of(scope, is_whole=False), scope


def exported(client: Client) -> list[dict[str, str]]:
    file = b"".join(client.get("/doi-soat/xuat/lan-nop/csv/"))
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))


def ledger(gateway: str) -> int:
    events = LedgerEvent.objects.filter(kind__in=MONEY_IN, merchant_account__gateway=gateway)
    return int(events.aggregate(total=Sum("amount", default=0))["total"])


def test_report_file_ledger_and_drawer_agree(every_kind: tuple[Agency, CashShift, dict[str, Bill]]) -> None:
    agency, shift, bills = every_kind
    owed = sum(bill.amount for bill in bills.values())
    summary, scope = report(agency)
    (money,) = summary.money
    assert (money.total, money.counter, money.online) == (owed, 31_000, owed - 31_000)
    assert cash_desk.expected_amount(shift) == money.counter == ledger("counter")
    rows = exported(signed_in(agency))
    received: dict[str, int] = {}
    for row in rows:
        received[row["Cổng"]] = received.get(row["Cổng"], 0) + int(row["Đã nhận (đồng)"])
    assert received["Quầy thu"] == money.counter
    assert received["VietinBank"] == ledger("vietinbank") == 99_000 + 16_000
    assert sum(int(row["Số tiền (đồng)"]) for row in rows if row["Ghi cho khoản"]) == money.total
    # What was moved came in once, where it came first.
    assert sum(received.values()) == money.total
    assert received["Chuyển từ tiền đã nhận"] == 0 < ledger("moved")
    paid = {dossier.bills.get().pk for dossier in MEASURES["da-nop"].dossiers(scope)}
    assert paid == {bill.pk for bill in bills.values()}
    online = {dossier.bills.get().pk for dossier in MEASURES["truc-tuyen"].dossiers(scope)}
    assert online == {bills[name].pk for name in ("online", "twice", "moved")}


def test_money_of_nobody_counts_where_it_was_moved_to() -> None:
    agency = factories.agency()
    account = factories.merchant(agency, "vietinbank")
    bill = bill_of(agency, 9_000)
    match(account, file_of(line("B9", 9_000, "", "la")))
    case = Discrepancy.objects.get()
    wish = reallocation.ReallocationRequest([bill.reference], 9_000, "Hỏi ngân hàng", "k")
    move = reallocation.propose(case, wish, maker=factories.officer(agency, Role.ACCOUNTANT))
    client = signed_in(agency)
    assert client.get("/doi-soat/").context["collected"] == []
    reallocation.approve(move, checker=factories.officer(agency, Role.ACCOUNTANT))
    [row] = exported(client)
    assert (row["Cổng"], row["Đến qua"], row["Đã nhận (đồng)"]) == ("Chuyển từ tiền đã nhận", "VietinBank", "9000")
    assert {series.slug: series.total for series in client.get("/doi-soat/").context["collected"]} == {
        "vietinbank": 9_000
    }
    assert report(agency)[0].money[0].online == 9_000


def test_an_attempt_whose_money_came_no_longer_reads_as_sent_to_the_bank(
    every_kind: tuple[Agency, CashShift, dict[str, Bill]],
) -> None:
    agency, _shift, bills = every_kind
    [attempt] = bills["parts"].payments.filter(gateway="vietinbank")
    attempt.refresh_from_db()
    assert attempt.state in OPEN_PAYMENT_STATES
    client = signed_in(agency)
    page = tight(said(client.get(f"/doi-soat/lan-nop/{attempt.pk}/")))
    assert "Tiền đã đến, khác số phải nộp" in page
    assert "Đã chuyển sang ngân hàng" not in page.partition("Diễn biến")[0]
    assert "Tiền đã đến, khác số phải nộp" in {row["Trạng thái"] for row in exported(client)}


def test_a_list_says_what_came_and_not_what_was_owed(every_kind: tuple[Agency, CashShift, dict[str, Bill]]) -> None:
    agency, _shift, bills = every_kind
    client = signed_in(agency)
    page = client.get("/doi-soat/lan-nop/", {"state": "received"})
    rows = {(row.bill_id, row.gateway): row.received_amount for row in page.context["cut"].rows}
    parts = bills["parts"].pk
    assert (rows[parts, "counter"], rows[parts, "vietinbank"]) == (1_000, 99_000)
    assert rows[bills["twice"].pk, "vietinbank"] == 16_000
    assert "của khoản 100.000" in tight(said(page)).replace("\u00a0", " ")
    of_counter = bills["parts"].payments.get(gateway="counter")
    assert "Qua lần nộp này đã nhận 1.000" in tight(said(client.get(f"/doi-soat/lan-nop/{of_counter.pk}/")))
    totals = {series.slug: series.total for series in client.get("/doi-soat/").context["collected"]}
    assert totals == {"vietinbank": 115_000, "vnptpay": 40_000, "counter": 31_000}


def test_the_dossier_names_each_way(every_kind: tuple[Agency, CashShift, dict[str, Bill]]) -> None:
    agency, _shift, bills = every_kind
    dossier = Dossier.objects.get(bills=bills["parts"])
    text: Any = tight(said(signed_in(agency, Role.RECEPTION_OFFICER).get(f"/quay/{dossier.code}/"))).replace(
        "\u00a0", " "
    )
    assert "VietinBank 99.000 đ, Quầy thu 1.000 đ · nhận tiền 2 lần" in text
