"""Why this fee: told of any bill, for every kind of rule, also after the schedule has changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency
from dossiers.fees import assessment
from dossiers.models import Dossier, PostageRate
from dossiers.post import orders as postal_orders
from dossiers.submission.submit import Application, submit
from payments.api.clients import create_client
from procedures.models import Exemption, FeeSchedule, ProcedureCase, ScheduleState
from tests.support import factories
from tests.support.schedules import schedule
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
TIERS = [{"up_to": 2, "price": 2_000}, {"up_to": None, "price": 1_000}]
HALF = {"group": "ho-ngheo", "name": "Hộ nghèo", "percent": 50, "evidence": "Sổ hộ nghèo"}
LESS = {"group": "tre-em", "name": "Trẻ em", "percent": 0, "amount": 3_000}
#: Kind of rule → the rule, who pays less, what the applicant says, and what the page must tell.
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any], tuple[str, ...]]] = {
    "a plain price": ({}, None, {}, ("Lệ phí: 10.000", "Tính theo biểu phí", "phiên bản 1", "NQ 1")),
    "by number": ({"quantity_fact": "copies"}, None, {"quantities": {"copies": 3}}, ("30.000", "Số bản: 3")),
    "the first free": (
        {"quantity_fact": "copies", "free_quantity": 2},
        None,
        {"quantities": {"copies": 5}},
        ("30.000", "Số bản: 5"),
    ),
    "tiers with a cap": (
        {"quantity_fact": "pages", "times_fact": "copies", "tiers": TIERS, "cap": 200_000},
        None,
        {"quantities": {"pages": 300, "copies": 2}},
        ("400.000", "Số trang: 300", "Số bản: 2"),
    ),
    "by channel": ({"channel": "online"}, None, {}, ("Trực tuyến",)),
    "by applicant": ({"applicant": "enterprise"}, None, {"applicant_kind": "enterprise"}, ("Doanh nghiệp",)),
    "by area": ({"area": "ward"}, None, {"area": "ward"}, ("Phường, thị trấn",)),
    "when late": ({"timing": "late"}, None, {"is_late": True}, ("Quá hạn",)),
    "half for a group": ({}, HALF, {"groups": frozenset({"ho-ngheo"})}, ("5.000", "10.000", "Hộ nghèo · Sổ hộ nghèo")),
    "an amount less": ({}, LESS, {"groups": frozenset({"tre-em"})}, ("7.000", "10.000", "Trẻ em")),
    "for everybody less": ({}, {**HALF, "group": "", "name": "TT 64"}, {}, ("5.000", "TT 64")),
    "nothing left": ({}, {**HALF, "percent": 100}, {"groups": frozenset({"ho-ngheo"})}, ("0", "10.000", "Hộ nghèo")),
}


def _submitted(rule: dict[str, Any], reduced: dict[str, Any] | None, facts: dict[str, Any]) -> tuple[Dossier, Agency]:
    agency, case = factories.agency(), factories.case()
    _in_use(case, rule, reduced)
    dossier, _pin = submit(Application(case, agency, "Nguyễn Thị Bình", "+84912345678", **facts))
    return dossier, agency


def _in_use(case: ProcedureCase, rule: dict[str, Any], reduced: dict[str, Any] | None) -> FeeSchedule:
    made = schedule(case, 10_000, timezone.localdate())
    made.rules.update(**rule)
    if reduced:
        Exemption.objects.create(schedule=made, **reduced)
    FeeSchedule.objects.filter(pk=made.pk).update(state=ScheduleState.ACTIVE)
    return made


def _told(agency: Agency, address: str) -> str:
    answer = browser_of(factories.officer(agency)).get(address)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_is_explained(kind: str) -> None:
    rule, reduced, facts, wanted = KINDS[kind]
    dossier, agency = _submitted(rule, reduced, facts)
    text = _told(agency, f"/quay/{dossier.code}/vi-sao/")
    for words in (*wanted, "Cách tính", f"nộp ngày {timezone.localdate():%d/%m/%Y}"):
        assert words in text, words
    bill = dossier.bills.get()
    assert _told(agency, f"/quay/khoan-thu/{bill.pk}/vi-sao/").count("<section") == text.count("<section")


def test_the_page_stays_when_the_schedule_goes_and_is_closed_to_other_agencies() -> None:
    dossier, agency = _submitted({}, None, {})
    FeeSchedule.objects.update(state=ScheduleState.RETIRED)
    bill = dossier.bills.get()
    addresses = (f"/quay/{dossier.code}/vi-sao/", f"/quay/khoan-thu/{bill.pk}/vi-sao/")
    stranger = browser_of(factories.officer(factories.agency("Xã khác")))
    for address in addresses:
        assert "phiên bản 1" in _told(agency, address)
        assert stranger.get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_an_amount_set_after_examination_names_who_set_it_and_why() -> None:
    dossier, agency = _submitted({"is_to_be_determined": True}, None, {})
    address = f"/quay/{dossier.code}/vi-sao/"
    assert "xác định sau khi thẩm định" in _told(agency, address)
    code = dossier.case.rules.get().code
    officer = factories.officer(agency)
    assessment.determine(dossier, {code: 2_500_000}, officer=officer, reason="khối lượng thẩm định 5 ha")
    text = _told(agency, address)
    for words in ("2.500.000", f"{officer} xác định sau thẩm định", "khối lượng thẩm định 5 ha"):
        assert words in text, words


def test_postage_is_the_posts_and_says_by_which_tariff() -> None:
    agency, case = factories.agency(), factories.case()
    _in_use(case, {}, None)
    during = DateRange(date(2020, 1, 1), None)
    PostageRate.objects.create(zone="province", amount=30_000, valid_during=during, source="QĐ 12/BĐVN")
    home = postal_orders.Address("Bình", "+84912345678", "1 Hùng Vương", "Phường Việt Trì", postal_orders.HOME)
    dossier, _pin = submit(Application(case, agency, "Bình", "+84912345678", post_to=home))
    text = _told(agency, f"/quay/khoan-thu/{dossier.bills.get().pk}/vi-sao/")
    for words in ("Cước của bưu điện", "QĐ 12/BĐVN", "30.000", "Tính theo biểu phí"):
        assert words in text, words


def test_a_bill_of_another_system_says_whose_word_it_is() -> None:
    agency = factories.agency()
    client, _key = create_client("Một cửa điện tử", [agency])
    bill = factories.bill(of=agency, client=client)
    text = _told(agency, f"/quay/khoan-thu/{bill.pk}/vi-sao/")
    for words in ("Hệ thống kết nối “Một cửa điện tử”", bill.reference, "150.000"):
        assert words in text, words
    assert "Không theo biểu phí nào" in _told(agency, f"/quay/khoan-thu/{factories.bill(of=agency).pk}/vi-sao/")
