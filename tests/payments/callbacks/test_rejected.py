"""What is refused changes nothing, and yet nobody's money disappears in a refusal, nor an attack in a table."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import Client

from agencies.models import AuditEntry, Role
from payments.callbacks import inbox, rejected
from payments.models import Notification, RejectedNotification
from portal.administration.alerts import Alert, of_province
from tests.support import factories
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
MISDIRECTED = "Thông báo gửi nhầm cho đơn vị khác"
FORGED = "Nhiều thông báo giả mạo hoặc sai khóa trong 24 giờ"


def concerns() -> list[Alert]:
    return of_province(factories.officer(factories.agency()))


def on_the_first_page() -> dict[str, int]:
    return {str(matches.name): matches.count for matches in concerns() if matches.name in (MISDIRECTED, FORGED)}


def test_a_notification_for_another_merchant_is_refused_kept_whole_and_shown_until_somebody_has_looked() -> None:
    payment = factories.payment()
    message = confirm(payment, MERCHANT_SERVICE_ID="SOMEBODY-ELSE", ADDITIONAL_INFO="nộp phí")
    assert post(message)["RESPONSE_CODE"] == "97"
    inbox.drain_all()
    payment.refresh_from_db()
    assert (payment.state, Notification.objects.count()) == ("sent", 0)
    kept = RejectedNotification.objects.get()
    assert json.loads(kept.message) == message
    assert on_the_first_page() == {MISDIRECTED: 1, FORGED: 0}
    province = Client()
    province.force_login(
        factories.officer(payment.bill.agency, Role.PROVINCE_ADMIN), "django.contrib.auth.backends.ModelBackend"
    )
    link = next(
        concern.link for concern in of_province(factories.officer(factories.agency())) if concern.name == MISDIRECTED
    )
    assert f"/{kept.pk}/change/" in province.get(link).content.decode()
    assert "SOMEBODY-ELSE" in province.get(f"/admin/payments/rejectednotification/{kept.pk}/change/").content.decode()
    chosen = {"action": "review", "_selected_action": [kept.pk]}
    assert province.post("/admin/payments/rejectednotification/", chosen).status_code == 302
    assert on_the_first_page() == {MISDIRECTED: 0, FORGED: 0}
    assert AuditEntry.objects.filter(action="review_rejected_notifications").exists()


def test_our_banks_own_signature_tells_its_mistake_from_a_strangers_noise() -> None:
    """The bank's key signs for all its clients: a message to another of them, sent to us, is its mistake."""
    payment = factories.payment(gateway="vietinbank")
    other = notify_bill(payment, providerId="ANOTHER")
    post(other, "vietinbank")
    post({**other, "signature": "AAAA"}, "vietinbank")
    assert list(RejectedNotification.objects.order_by("id").values_list("reason", flat=True)) == [
        "wrong_recipient",
        "unknown_merchant",
    ]


def test_a_burst_of_forgeries_is_told_once_in_the_log_and_on_the_first_page(caplog: pytest.LogCaptureFixture) -> None:
    forged = confirm(factories.payment()) | {"SECURE_CODE": "forged"}
    with caplog.at_level(logging.ERROR, "payments.callbacks.rejected"):
        for _ in range(rejected.BURST - 1):
            post(forged)
        assert on_the_first_page()[FORGED] == len(caplog.records) == 0
        post(forged)
        post(forged)
    assert on_the_first_page()[FORGED] == rejected.BURST + 1
    assert len(caplog.records) == 1
    assert not any(RejectedNotification.objects.values_list("query", flat=True))
    assert all(bytes(kept.body) == b"" for kept in RejectedNotification.objects.all())


def test_a_flood_of_forgeries_fills_no_disk_and_hides_no_misdirected_notification() -> None:
    payment = factories.payment()
    for _ in range(rejected.KEPT_PER_MINUTE + 5):
        post(confirm(payment) | {"SECURE_CODE": "forged"})
    post(confirm(payment, MERCHANT_SERVICE_ID="SOMEBODY-ELSE"))
    assert RejectedNotification.objects.filter(reason="bad_signature").count() == rejected.KEPT_PER_MINUTE
    assert on_the_first_page()[MISDIRECTED] == 1
