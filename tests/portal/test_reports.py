"""Reports of staff: each number is its list of dossiers, within one's agencies, in a fixed number of queries."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, AgencySuccession, AuditEntry, Role
from dossiers.models import Assistance, Dossier, Draft, HandOver
from dossiers.states import DossierState
from payments import test_payments
from payments.models import Payment
from payments.states import BillState, PaymentState
from portal.reports import funnel
from portal.reports.measures import MEASURES, Scope
from portal.reports.summary import summary_of
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
PAGE, TODAY = "/bao-cao/", f"{timezone.localdate()}"


def pay(dossier: Dossier, gateway: str = "vnptpay", *, days_ago: int = 0) -> Payment:
    """Mark a dossier's bill as paid by an attempt, as settling leaves it."""
    bill, at = dossier.bills.get(), timezone.now() - timedelta(days=days_ago)
    account = factories.merchant(bill.agency, "vnptpay")
    bill.state, bill.settled_at = BillState.PAID, at
    bill.save()
    made = Payment.objects.create(
        bill=bill, merchant_account=account, gateway=gateway, merchant_ref=f"R{dossier.pk}", amount=bill.amount,
        expires_at=at, state=PaymentState.PAID, is_applied=True, paid_at=at,
    )  # fmt: skip
    Payment.objects.filter(pk=made.pk).update(created_at=at)
    return made


def world() -> tuple[Agency, Agency]:
    """Six dossiers here: paid online, at the counter, long ago, late, by post, owing; one elsewhere, paid online."""
    here, there = factories.agency("Phường Đây"), factories.agency("Phường Kia")
    now = timezone.now()
    online, counter, old, late, posted, _owing = (factories.dossier(here) for _ in range(6))
    pay(online)
    pay(counter, "counter")
    pay(old, days_ago=400)
    Dossier.objects.filter(pk=old.pk).update(submitted_at=now - timedelta(days=400))
    Dossier.objects.filter(pk=late.pk).update(
        state=DossierState.FINISHED, finished_at=now, due_at=now - timedelta(hours=2)
    )
    Dossier.objects.filter(pk=posted.pk).update(
        state=DossierState.RETURNED, finished_at=now, due_at=now + timedelta(hours=1), returned_at=now
    )
    HandOver.objects.create(
        dossier=posted, officer=factories.officer(here), receiver_name="x", relation="post", tracking_number="VN1"
    )
    Dossier.objects.filter(pk=counter.pk).update(channel="counter", state=4, due_at=now - timedelta(days=1))
    pay(factories.dossier(there))
    return here, there


def shown(browser: Client, parameters: dict[str, Any]) -> dict[str, int]:
    page = browser.get(PAGE, parameters).content.decode()
    return {word: int(number) for word, number in re.findall(r'ho-so/\?so=([a-z-]+)[^"]*">(\d+)</a>', page)}


EXPECTED = {
    "da-nop": 2,
    "truc-tuyen": 1,
    "tiep-nhan": 5,
    "nop-truc-tuyen": 4,
    "dung-han": 1,
    "tre-han": 1,
    "dang-tre": 1,
    "chua-nop": 3,
    "da-tra": 1,
    "buu-dien": 1,
}


def test_an_office_sees_its_own_numbers_and_the_dossiers_behind_each() -> None:
    here, there = world()
    browser = browser_of(factories.officer(here, Role.ACCOUNTANT))
    first: str = f"{timezone.localdate() - timedelta(days=3)}"
    assert shown(browser, {"tu": first}) == EXPECTED
    for word, number in EXPECTED.items():
        page = browser.get(f"{PAGE}ho-so/", {"so": word, "tu": first}).content.decode()
        assert len(set(re.findall(r'href="/quay/([^"]+)/"', page))) == number, word
        file = b"".join(browser.get(f"{PAGE}ho-so.csv", {"so": word, "tu": first}))
        assert len(list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))) == number
    assert browser.get(PAGE, {"co-quan": there.pk}).status_code == 404
    assert browser.get(f"{PAGE}ho-so/", {"so": "da-nop", "co-quan": f"{there.pk}"}).status_code == 404
    assert browser.get(f"{PAGE}ho-so/", {"so": "?"}).status_code == 404
    assert "Phường Kia" not in browser.get(PAGE).content.decode()
    assert Client().get(PAGE).status_code == 302


def test_the_province_sees_all_compares_agencies_and_takes_the_table_away() -> None:
    here, there = world()
    browser = browser_of(factories.officer(here, Role.PROVINCE_ADMIN))
    page = browser.get(PAGE, {"tu": TODAY}).content.decode()
    assert "94/225" in page
    assert "Phường Kia" in page
    assert shown(browser, {"tu": TODAY, "co-quan": there.pk})["truc-tuyen"] == 1
    file = browser.get(f"{PAGE}co-quan.csv", {"tu": TODAY}).getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert {row["Cơ quan"]: (row["Hồ sơ đã nộp phí"], row["Nộp phí trực tuyến"]) for row in rows} == {
        "Phường Đây": ("2", "1"),
        "Phường Kia": ("1", "1"),
    }
    assert AuditEntry.objects.filter(action="export_report").exists()


@pytest.mark.parametrize("nonsense", ["x", "0001-01-01", "9999-12-31", "2026-13-01"])
def test_a_span_that_makes_no_sense_is_another_one(nonsense: str) -> None:
    browser = browser_of(factories.officer(factories.agency()))
    assert browser.get(PAGE, {"tu": nonsense, "den": nonsense}).status_code == 200


def test_the_queries_do_not_grow_and_trials_count_nowhere(django_assert_num_queries: Any) -> None:
    here, there = world()
    today = timezone.localdate()
    scope = Scope(frozenset([here.pk, there.pk]), today, today)
    with django_assert_num_queries(18):
        before = summary_of(scope, is_whole=True)
    for number in range(5):
        pay(factories.dossier(factories.agency(f"Xã {number}")))
    account = factories.merchant(here, "vnptpay")
    trial = test_payments.begin(account, here, 10_000, actor=factories.officer(here, Role.PROVINCE_ADMIN))
    Payment.objects.filter(bill=Dossier.objects.earliest("pk").bills.get()).update(bill=trial.bill)
    every = Scope(frozenset(Agency.objects.values_list("pk", flat=True)), today, today)
    with django_assert_num_queries(18):
        after = summary_of(every, is_whole=True)
    assert sum(money.total for money in before.money) == 30_000
    assert sum(money.total for money in after.money) == 70_000
    assert before.procedures.percent == 67


def test_the_way_is_followed_from_the_draft_to_the_money() -> None:
    case = factories.case()
    factories.draft(case)  # gave up
    at_counter = factories.dossier()
    officer, helped = factories.officer(at_counter.agency), Draft.objects.create(case=case, dossier=at_counter)
    Assistance.objects.create(draft=helped, officer=officer, agency=at_counter.agency, channel="counter")
    _unpaid, tried, paid, counter, _free = handed_in = [
        *(factories.dossier() for _ in range(4)),
        factories.dossier(amount=0),
    ]
    for dossier in handed_in:
        Draft.objects.create(case=case, dossier=dossier)
    factories.payment(tried.bills.get())
    pay(paid)
    pay(counter, "counter")
    now = timezone.now()
    steps = funnel.of_span(now - timedelta(days=1), now + timedelta(days=1))
    assert [(step.count, step.before, step.lost) for step in steps] == [
        (6, 6, 0),
        (5, 6, 17),
        (3, 3, 0),
        (2, 3, 33),
        (1, 2, 50),
    ]
    one = funnel.of_span(now - timedelta(days=1), now + timedelta(days=1), [paid.agency_id])
    assert [step.count for step in one] == [1, 1, 1, 1]
    assert Draft.objects.count() == 7, "one was filled in at a counter"


def test_spans_are_read_by_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for table, column, index in (
            ("dossiers_dossier", "submitted_at", "dossier_by_time"),
            ("dossiers_draft", "created_at", "draft_by_time"),
            ("dossiers_handover", "at", "hand_over_by_time"),
        ):
            cursor.execute(f"EXPLAIN SELECT id FROM {table} WHERE {column} >= now()")  # noqa: S608
            assert index in str(cursor.fetchall())


def test_every_measure_says_how_it_is_counted() -> None:
    assert all(measure.name and measure.definition for measure in MEASURES.values())


def test_a_report_is_by_the_agencies_of_its_time_or_rolled_up_to_who_does_their_work_today() -> None:
    old, middle, new = (factories.agency(name) for name in ("Xã Cũ", "Xã Giữa", "Xã Mới"))
    for predecessor, successor, year in ((old, middle, 2021), (middle, new, 2025)):
        AgencySuccession.objects.create(
            predecessor=predecessor, successor=successor, effective_date=date(year, 7, 1), takes_over=True
        )
    for agency in (old, middle, new):
        pay(factories.dossier(agency))
    browser = browser_of(factories.officer(factories.agency("Tỉnh"), Role.AUDITOR))

    def rows(**parameters: Any) -> dict[str, int]:
        return {row.name: row.counts["da-nop"] for row in browser.get(PAGE, parameters).context["report"].rows}

    assert rows() == {"Xã Cũ": 1, "Xã Giữa": 1, "Xã Mới": 1}
    assert rows(gop="1") == {"Xã Mới": 3}
    assert rows(**{"gop": "1", "co-quan": new.pk}) == {"Xã Mới": 3}
    assert rows(**{"co-quan": new.pk}) == {"Xã Mới": 1}
    behind = browser.get(f"{PAGE}ho-so/?so=da-nop&gop=1&co-quan={new.pk}")
    assert len(behind.context["page"].object_list) == 3


@pytest.mark.parametrize(
    ("span", "why"),
    [
        ({"tu": "2026-03-09", "den": "2026-03-01"}, "từ ngày sau đến ngày"),
        ({"den": "2099-01-01"}, "tương lai"),
        ({"tu": "2020-01-01", "den": "2026-03-01"}, "quá một năm"),
        ({"tu": "hôm qua"}, "“hôm qua” không phải ngày tháng"),
        ({"tu": "2026-03-01", "den": "2026-03-09"}, ""),
        ({}, ""),
    ],
)
def test_a_span_that_cannot_be_shown_is_said_with_the_one_that_is(span: dict[str, str], why: str) -> None:
    browser = browser_of(factories.officer(factories.agency(), Role.AUDITOR))
    page = browser.get(PAGE, span).content.decode()
    assert (("Khoảng thời gian không dùng được" in page), why in page) == (bool(why), True)
