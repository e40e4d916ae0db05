"""Following a dossier: whose turn it is, until when, who has looked, and what one says at the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import Role
from dossiers.models import Dossier, HandOver, NoticeKind, Rating
from dossiers.processing import decisions
from dossiers.states import DossierState as S
from dossiers.tracking import progress
from payments.callbacks import inbox
from portal.public.figures_views import compute
from tests.support import factories
from tests.support.markup import tight
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def opened(dossier: Dossier) -> Client:
    browser = Client()
    browser.get(f"/giay-hen/{dossier.slip_token}/")
    return browser


def page(dossier: Dossier) -> str:
    return opened(dossier).get(f"/ho-so/{dossier.code}/").content.decode()


@pytest.mark.parametrize(
    ("state", "is_paid", "is_mine", "says"),
    [
        (S.SUBMITTED, False, False, "Cơ quan đang xem hồ sơ"),
        (S.SUPPLEMENT, False, True, "bổ sung giấy tờ"),
        (S.IN_PROCESS, False, False, "Cơ quan đang giải quyết"),
        (S.FINANCIAL_OBLIGATION, False, True, "nộp phí để cơ quan giải quyết tiếp"),
        (S.FINISHED, False, True, "nộp phí rồi nhận kết quả"),
        (S.FINISHED, True, True, "mang căn cước đến"),
        (S.RETURNED, True, False, "Đã trả kết quả"),
        (S.WITHDRAWN, False, False, "Hồ sơ đã được rút"),
        (S.STOPPED, False, False, "dừng giải quyết"),
    ],
)
def test_each_state_says_whose_turn_it_is(state: S, is_paid: bool, is_mine: bool, says: str) -> None:
    dossier = factories.dossier(state=state)
    if is_paid:
        post(confirm(factories.payment(of=dossier.bills.get())))
        inbox.drain_all()
    turn = progress.turn(dossier)
    assert (turn.is_mine, says in turn.text) == (is_mine, True), turn
    assert says in page(dossier)


def test_the_steps_show_what_is_behind_and_what_is_next() -> None:
    dossier = factories.dossier(state=S.IN_PROCESS)
    dossier.received_at = timezone.now()
    dossier.save()
    way = progress.steps(dossier)
    assert [str(step.label) for step in way] == ["Nộp hồ sơ", "Được tiếp nhận", "Có kết quả", "Nộp phí", "Nhận kết quả"]
    assert [step.is_done for step in way] == [True, True, False, False, False]
    assert [step.is_current for step in way].index(True) == 2
    post(confirm(factories.payment(of=dossier.bills.get())))
    inbox.drain_all()
    paid = progress.steps(Dossier.objects.get())
    assert [str(step.label) for step in paid if step.is_done] == ["Nộp hồ sơ", "Nộp phí", "Được tiếp nhận"]
    assert paid[1].at


def test_working_days_are_counted_and_the_weekday_is_named() -> None:
    dossier = factories.dossier(state=S.IN_PROCESS)
    assert progress.in_words(datetime(2026, 11, 27, 17, tzinfo=HANOI)) == "17:00 thứ Sáu 27/11/2026"
    wednesday = date(2026, 7, 15)
    for day, expected in ((15, 0), (16, 1), (22, 5), (8, -5)):
        dossier.due_at = datetime(2026, 7, day, 17, tzinfo=HANOI)
        assert progress.working_days_left(dossier, wednesday) == expected
    dossier.due_at = datetime(2026, 10, 30, 17, tzinfo=HANOI)
    assert progress.working_days_left(dossier, wednesday) is None


def test_an_extension_shows_both_dates_and_a_refusal_its_reason() -> None:
    officer = factories.officer(factories.agency(), Role.AGENCY_ADMIN)
    dossier = factories.dossier(state=S.IN_PROCESS)
    dossier.received_at = timezone.now()
    dossier.due_at = timezone.now() + timedelta(days=3)
    dossier.save()
    decisions.extend(dossier, timezone.now() + timedelta(days=20), actor=officer, reason="Chờ xác minh")
    assert "Hẹn ban đầu:" in page(dossier)
    refused = factories.dossier()
    decisions.give_notice(refused, NoticeKind.REFUSAL, actor=officer, reason="Không thuộc thẩm quyền của xã")
    assert "Không thuộc thẩm quyền của xã" in page(refused)


def test_the_citizen_sees_which_office_looked_and_never_who() -> None:
    dossier = factories.dossier()
    officer = factories.officer(dossier.agency)
    type(officer).objects.filter(pk=officer.pk).update(full_name="Lê Thị Kín")
    assert "Chưa có cán bộ nào mở hồ sơ này." in page(dossier)
    audit.record("view", f"dossier:{dossier.code}", actor=officer, agency=dossier.agency)
    shown = tight(page(dossier))
    assert f"{dossier.agency.name} · Cán bộ tiếp nhận · khi hồ sơ ở bước: Mới đăng ký" in shown
    assert officer.username not in shown and "Lê Thị Kín" not in shown


def test_the_page_costs_the_same_however_often_it_was_looked_at(django_assert_max_num_queries: Any) -> None:
    dossier = factories.dossier()
    browser = opened(dossier)
    counts = []
    for _ in range(2):
        for _ in range(4):
            audit.record("view", f"dossier:{dossier.code}", actor=factories.officer(dossier.agency))
        with django_assert_max_num_queries(60) as queries:
            browser.get(f"/ho-so/{dossier.code}/")
        counts.append(len(queries))
    assert counts[0] == counts[1], connection.queries_log


def test_one_rating_for_each_result_that_was_given_out() -> None:
    dossier = factories.dossier(state=S.IN_PROCESS)
    browser, address = opened(dossier), f"/ho-so/{dossier.code}/danh-gia/"
    browser.post(address, {"score": "5"})
    assert not Rating.objects.exists(), "only at the end"
    Dossier.objects.update(state=S.RETURNED)
    assert 'name="score"' in page(dossier)
    for score in ("0", "6", "x", ""):
        browser.post(address, {"score": score})
    assert not Rating.objects.exists()
    browser.post(address, {"score": "4", "words": "Nhanh"})
    browser.post(address, {"score": "1"})
    assert (Rating.objects.get().score, Rating.objects.get().words) == (4, "Nhanh")
    assert 'name="score"' not in page(dossier)


def test_satisfaction_is_published_only_when_nobody_can_be_told_apart() -> None:
    agency = factories.agency()
    for number in range(9):
        Rating.objects.create(dossier=factories.dossier(agency, amount=0), score=5 if number else 1)
    assert compute().satisfaction is None
    Rating.objects.create(dossier=factories.dossier(agency, amount=0), score=3)
    satisfaction = compute().satisfaction
    assert satisfaction and (satisfaction.total, satisfaction.percent) == (10, 80)
    assert satisfaction.bars == [("1–5", 10, 100)], "eight, one and one would tell who gave which"


def test_what_was_posted_can_be_traced() -> None:
    dossier = factories.dossier(state=S.RETURNED)
    officer = factories.officer(dossier.agency)
    HandOver.objects.create(
        dossier=dossier, officer=officer, receiver_name="x", relation="post", tracking_number="EA123456789VN"
    )
    assert "EA123456789VN" in page(dossier)
