"""The page of gateways, announced maintenance, the public status, and what did not get through."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agencies.models import AuditEntry, Role
from dossiers.messages import outbox as messages
from dossiers.models import Message
from payments.api.clients import create_client
from payments.checkout import start as checkout
from payments.checkout.options import choices_for
from payments.errors import PaymentNotStarted
from payments.merchants import circuit_breaker, statistics
from payments.models import Discrepancy, MerchantAccount, Notification, Outage, Payment
from payments.models.notifications import NotificationState
from payments.states import PaymentState
from payments.webhooks import dispatch, endpoints
from portal.public import status_views
from tests.support import factories
from tests.support.gateway_care import moment, province
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, LOST = "/admin/cong-thanh-toan/", "/admin/khong-den-noi/"


def announce(browser: Client, account: MerchantAccount, begins: float, ends: float) -> Any:
    form = {"viec": "bao-tri", "account": account.pk, "began_at": moment(begins), "ended_at": moment(ends)}
    return browser.post(PAGE, {**form, "reason": "Nâng cấp máy chủ"})


def test_a_gateway_that_stays_away_is_one_outage_until_it_answers() -> None:
    account = factories.merchant(factories.agency(), "vnptpay")
    for _ in range(circuit_breaker.THRESHOLD - 1):
        circuit_breaker.note_failure(account, "time-out")
    assert not Outage.objects.exists()
    for _ in range(3):
        circuit_breaker.note_failure(account, "time-out")
    outage = Outage.objects.get()
    assert (outage.ended_at, outage.reason, outage.is_planned) == (None, "time-out", False)
    assert "chưa xong" in Client().get("/tinh-trang/").content.decode()
    status_views.away.forget()
    desk = browser_of(factories.officer(account.agency))
    assert "VNPT-Pay đang gián đoạn" in desk.get("/quay/").content.decode()
    circuit_breaker.note_success(account)
    outage.refresh_from_db()
    assert outage.ended_at
    file = province(Role.AUDITOR).get(f"{PAGE}gian-doan.csv").getvalue().decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(file))
    assert (line["cong"], line["co_bao_truoc"], line["ly_do"]) == ("vnptpay", "0", "time-out")


def test_announced_maintenance_is_told_holds_back_new_payments_and_ends() -> None:
    bill = factories.bill()
    account = factories.merchant(bill.agency, "vnptpay")
    browser = province()
    assert announce(browser, account, 1, 0.5).status_code == 422
    assert announce(browser, account, 1, 24 * 8).status_code == 422
    assert not Outage.objects.exists()
    assert announce(browser, account, 1, 3).status_code == 302
    public = Client().get("/tinh-trang/").content.decode()
    assert "Nâng cấp máy chủ" in public
    assert "Đang gián đoạn" not in public
    assert "Sẽ tạm ngừng để bảo trì" in Client().get(f"/thanh-toan/{bill.token}/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert choices_for(bill)[0].is_resting
        with pytest.raises(PaymentNotStarted):
            checkout.start(bill, "vnptpay", client_ip="")
        assert not Payment.objects.exists()
        assert "Đang gián đoạn" in Client().get("/tinh-trang/").content.decode()
        browser = browser_of(factories.officer(bill.agency, Role.PROVINCE_ADMIN))
        browser.post(PAGE, {"viec": "het-bao-tri", "outage": Outage.objects.get().pk})
        assert not choices_for(bill)[0].is_resting
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"maintenance_announced", "maintenance_ended"} <= actions


def test_new_payments_are_stopped_with_a_reason_by_the_province_only_and_money_under_way_is_still_asked_about() -> None:
    payment = factories.payment()
    account = payment.merchant_account
    browser, stop = province(), {"viec": "ngung", "account": account.pk}
    browser.post(PAGE, stop)
    assert province(Role.AUDITOR).post(PAGE, {**stop, "reason": "ngân hàng báo lỗi"}).status_code == 403
    account.refresh_from_db()
    assert account.is_enabled
    browser.post(PAGE, {**stop, "reason": "ngân hàng báo lỗi"})
    account.refresh_from_db()
    assert not account.is_enabled
    assert choices_for(payment.bill) == []
    # A second contract took its place: the first cannot come back beside it.
    second = MerchantAccount.objects.create(
        agency=account.agency, gateway="vnptpay", merchant_id="X2", valid_during=factories.FOREVER
    )
    again = {"viec": "mo", "account": account.pk, "reason": "ngân hàng đã sửa"}
    browser.post(PAGE, again)
    account.refresh_from_db()
    assert not account.is_enabled
    MerchantAccount.objects.filter(pk=second.pk).delete()
    browser.post(PAGE, again)
    account.refresh_from_db()
    assert account.is_enabled
    assert AuditEntry.objects.get(action="gateway_stopped").detail["reason"] == "ngân hàng báo lỗi"


def test_whoever_did_not_prove_themselves_lately_is_asked_before_anything_stops() -> None:
    account = factories.merchant(factories.agency(), "vnptpay")
    browser = browser_of(factories.officer(account.agency, Role.PROVINCE_ADMIN), minutes_ago=20)
    answer = browser.post(PAGE, {"viec": "ngung", "account": account.pk, "reason": "thử"})
    assert "/reauthenticate/" in answer.headers["Location"]
    account.refresh_from_db()
    assert account.is_enabled


def test_the_figures_are_those_of_a_day_and_the_queries_do_not_grow(django_assert_num_queries: Any) -> None:
    now = timezone.now()
    paid = factories.payment(state=PaymentState.PAID, paid_at=now + timedelta(seconds=40))
    Payment.objects.filter(pk=paid.pk).update(created_at=now)  # not when the busy machine came to insert it
    factories.payment(of=factories.bill(of=paid.bill.agency), state=PaymentState.FAILED)
    old = factories.payment(of=factories.bill(of=paid.bill.agency), state=PaymentState.FAILED)
    Payment.objects.filter(pk=old.pk).update(created_at=now - timedelta(hours=25))
    with django_assert_num_queries(7):
        (row,) = statistics.contracts()
    assert (row.attempts.started, row.attempts.paid_percent, row.attempts.failed) == (2, 50, 1)
    assert round(row.attempts.median_seconds or 0) == 40
    factories.merchant(paid.bill.agency, "vnpay")
    with django_assert_num_queries(7):
        assert len(statistics.contracts()) == 2


def test_a_bank_whose_stamps_are_whole_seconds_was_not_there_before_the_click() -> None:
    factories.payment(state=PaymentState.PAID, paid_at=timezone.now() - timedelta(seconds=1))
    (row,) = statistics.contracts()
    assert row.attempts.median_seconds == 0


def test_a_quarantined_notification_is_tried_again_or_set_aside_with_a_reason_and_its_case_stays() -> None:
    account = factories.merchant(factories.agency(), "vnptpay")
    notification = Notification.objects.create(
        gateway="vnptpay",
        event_key="k",
        merchant_account=account,
        outcome="paid",
        digest="x",
        state=NotificationState.QUARANTINED,
    )
    Discrepancy.objects.create(agency=account.agency, kind="quarantined", notification=notification)
    browser, row = province(), {"loai": "thong-bao", "so": notification.pk}
    browser.post(LOST, {**row, "viec": "bo-qua"})
    notification.refresh_from_db()
    assert notification.state == NotificationState.QUARANTINED
    browser.post(LOST, {**row, "viec": "lai"})
    notification.refresh_from_db()
    assert notification.state == NotificationState.NEW
    Notification.objects.update(state=NotificationState.QUARANTINED)
    browser.post(LOST, {**row, "viec": "bo-qua", "reason": "thông báo thử của ngân hàng"})
    notification.refresh_from_db()
    assert (notification.state, notification.result) == (NotificationState.IGNORED, "set_aside")
    assert Discrepancy.objects.get().closed_at is None
    assert AuditEntry.objects.get(action="notification_set_aside").detail["reason"] == "thông báo thử của ngân hàng"


def test_a_webhook_that_fails_is_given_up_with_a_reason_and_can_be_sent_again() -> None:
    endpoint = endpoints.register(create_client("Hệ thống", [factories.agency()])[0], "https://example.com/hook")
    endpoints.send_test(endpoint)
    delivery = dispatch.waiting().get()
    browser, row = province(), {"loai": "webhook", "so": delivery.pk}
    browser.post(LOST, {**row, "viec": "bo-qua", "reason": "máy nhận đã bỏ"})
    assert not dispatch.waiting().exists()
    browser.post(LOST, {**row, "viec": "lai"})
    assert dispatch.waiting().get() == delivery


def test_a_message_that_does_not_go_out_is_set_aside_with_a_reason_or_sent_again() -> None:
    tried = {"channel": "sms", "recipient": "+84912345678", "text": "x", "attempts": 4, "last_error": "sai số"}
    text = Message.objects.create(dossier=factories.dossier(), subject="1", kind="received", **tried)
    browser, row = province(), {"loai": "tin-nhan", "so": text.pk}
    assert "sai số" in browser.get(LOST).content.decode()
    assert province(Role.AUDITOR).post(LOST, {**row, "viec": "bo-qua", "reason": "số không có"}).status_code == 403
    browser.post(LOST, {**row, "viec": "bo-qua", "reason": ""})
    text.refresh_from_db()
    assert text.gave_up_at is None
    browser.post(LOST, {**row, "viec": "bo-qua", "reason": "số không có"})
    text.refresh_from_db()
    assert (text.gave_up_at is not None, text.set_aside_reason) == (True, "số không có")
    assert "sai số" not in browser.get(LOST).content.decode()
    assert messages.send_waiting() == 0
    assert AuditEntry.objects.get(action="messages_set_aside").detail["reason"] == "số không có"
    browser.post(LOST, {**row, "viec": "lai"})
    text.refresh_from_db()
    assert (text.gave_up_at, text.attempts, text.set_aside_reason) == (None, 0, "")


@pytest.mark.parametrize("nonsense", [{}, {"viec": "thu", "account": "x"}, {"viec": "het-bao-tri", "outage": "9" * 30}])
def test_nonsense_changes_nothing_and_is_no_fault(nonsense: dict[str, str]) -> None:
    assert province().post(PAGE, nonsense).status_code in (302, 404)
    assert province().post(LOST, nonsense).status_code in (302, 404)
