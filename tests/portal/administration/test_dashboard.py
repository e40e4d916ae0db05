"""The first page of the administration tells what waits for somebody, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, Role, User
from dossiers.models import Dossier
from dossiers.states import DossierState
from payments.merchants import hourly_statistics
from payments.models import Payment
from payments.refunds import workflow as refunds
from payments.states import PaymentState
from portal.administration import alerts
from procedures.models import ScheduleState
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.refunds import paid, proposal
from tests.support.proposals import proposed_change, proposed_role
from tests.support.schedules import schedule
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db


def counts(user: User, *agencies: Agency) -> dict[str, int]:
    concerns = alerts.of_agencies(user, [agency.pk for agency in agencies]) + alerts.of_province(user)
    return {str(concern.name): concern.count for concern in concerns}


def overdue(of: Agency) -> Dossier:
    made = factories.dossier(of, state=DossierState.IN_PROCESS)
    Dossier.objects.filter(pk=made.pk).update(due_at=timezone.now() - timedelta(hours=1))
    return made


def test_what_waits_for_a_second_person_is_seen_by_every_administrator_concerned() -> None:
    here, there = factories.agency(), factories.agency("Xã khác")
    contract = factories.merchant(here, "vietinbank")
    proposed_change(contract, by=factories.officer(here, Role.PROVINCE_ADMIN))
    proposed_role(here)
    admin = factories.officer(here, Role.AGENCY_ADMIN)
    names = ("Hợp đồng cổng sắp đổi nơi nhận tiền", "Vai trò chờ người thứ hai đồng ý")
    assert [counts(admin, here)[name] for name in names] == [1, 1]
    assert [counts(admin, there)[name] for name in names] == [0, 0]
    for alert in alerts.of_agencies(admin, [here.pk]):
        if str(alert.name) in names:
            assert browser_of(admin).get(alert.link).context["cl"].result_count == 1


def test_each_kind_is_counted_within_ones_agencies_and_the_queries_do_not_grow() -> None:
    here, there = factories.agency(), factories.agency()
    admin = factories.officer(here, Role.AGENCY_ADMIN)
    young, old = (factories.payment(factories.bill(of=here)) for _ in range(2))
    Payment.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=31))
    overdue(here)
    case = factories.case()
    case.procedure.agencies.add(here)
    with CaptureQueriesContext(connection) as few:
        by_name = counts(admin, here)
    assert (by_name["Thanh toán chưa rõ quá 30 phút"], by_name["Hồ sơ đang quá hạn"]) == (1, 1)
    for number in range(20):
        overdue(factories.agency(f"Xã {number}"))
    case.procedure.agencies.add(there)
    every = list(Agency.objects.all())
    with CaptureQueriesContext(connection) as many:
        by_name = counts(admin, *every)
    assert len(many) == len(few) < 40
    assert by_name["Hồ sơ đang quá hạn"] == 21
    assert by_name["Cơ quan thu phí còn thiếu: Hợp đồng cổng"] == 1  # a contract was made for the payments of the first
    assert by_name["Thủ tục thu phí mà hôm nay không có mức phí"] == 1
    assert young.pk != old.pk


def test_what_somebody_proposed_waits_for_another_and_not_for_them() -> None:
    payment = paid()
    agency = payment.bill.agency
    maker, checker = (factories.officer(agency, Role.ACCOUNTANT) for _ in range(2))
    refunds.propose_for_payment(payment, proposal(1_000, 150_000), maker=maker)
    name = "Đề nghị hoàn tiền chờ tôi duyệt"
    assert (counts(maker, agency)[name], counts(checker, agency)[name]) == (0, 1)
    auditor = factories.officer(agency, Role.AUDITOR)
    assert counts(auditor, agency)[name] == 0, "who only reads has nothing to approve"


def test_a_number_leads_to_the_list_of_just_what_it_counts() -> None:
    here = factories.agency()
    admin = factories.officer(here, Role.PROVINCE_ADMIN)
    young, old = (factories.payment(factories.bill(of=here)) for _ in range(2))
    Payment.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=31))
    today = timezone.localdate()
    ends = DateRange(today - timedelta(days=30), today + timedelta(days=30))
    ending = schedule(factories.case(), 10_000, today, state=ScheduleState.ACTIVE, valid_during=ends)
    schedule(factories.case(), 10_000, today, state=ScheduleState.ACTIVE)
    links = {str(alert.name): alert.link for alert in alerts.of_agencies(admin, [here.pk]) + alerts.of_province(admin)}
    browser = browser_of(admin)
    for name, only in (("Thanh toán chưa rõ quá 30 phút", old), ("Biểu phí hết hạn trong 60 ngày", ending)):
        assert [row.pk for row in browser.get(links[name]).context["cl"].result_list] == [only.pk], name
    assert links["Đề nghị chuyển tiền chờ tôi duyệt"].endswith("?state=moving")
    assert young.pk != old.pk


def test_a_fee_schedule_waits_for_who_may_approve_it_and_has_not_prepared_it() -> None:
    agency, case = factories.agency(), factories.case()
    maker, checker = (factories.officer(agency, Role.PROVINCE_ADMIN) for _ in range(2))
    schedule(case, 10_000, timezone.localdate(), state=ScheduleState.PROPOSED, prepared_by=maker)
    waiting = [counts(user, agency)["Biểu phí chờ tôi duyệt"] for user in (maker, checker)]
    assert waiting == [0, 1]
    assert counts(factories.officer(agency, Role.AUDITOR), agency)["Biểu phí chờ tôi duyệt"] == 0


def test_the_province_sees_all_and_an_agency_its_own_with_the_way_to_the_list() -> None:
    here, there = factories.agency("Xã Đây"), factories.agency("Xã Kia")
    mine = overdue(here)
    overdue(there)
    factories.payment(factories.bill(of=here), state=PaymentState.PAID, paid_at=timezone.now())
    browser = browser_of(factories.officer(here, Role.AGENCY_ADMIN))
    page = browser.get("/admin/").content.decode()
    assert 'href="/bao-cao/ho-so/?so=dang-tre"><strong>1</strong>' in tight(page)
    assert "Tin nhắn không gửi được" not in page
    assert mine.code in browser.get("/bao-cao/ho-so/?so=dang-tre").content.decode()
    whole = browser_of(factories.officer(here, Role.PROVINCE_ADMIN)).get("/admin/").content.decode()
    assert 'href="/bao-cao/ho-so/?so=dang-tre"><strong>2</strong>' in tight(whole)
    assert "Tin nhắn không gửi được" in whole
    assert "100% trong 1 lần" in whole


def test_the_hours_of_a_day_are_whole_and_say_how_many_were_paid() -> None:
    now = timezone.now()
    payment = factories.payment(state=PaymentState.PAID, paid_at=now + timedelta(seconds=20))
    factories.payment(factories.bill(of=payment.bill.agency), state=PaymentState.FAILED)
    old = factories.payment(factories.bill(of=payment.bill.agency), state=PaymentState.FAILED)
    Payment.objects.filter(pk=old.pk).update(created_at=now - timedelta(hours=25))
    (course,) = hourly_statistics.of_a_day()
    assert (len(course.hours), course.started, course.percent) == (24, 2, 50)
    last = course.hours[-1]
    assert (last.started, last.percent, round(last.seconds or 0)) == (2, 50, 20)
    assert (course.bars[-1].y, course.bars[-1].height) == ("25", "25")
