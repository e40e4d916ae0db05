"""What Prometheus reads says what is so, and only to those who may know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from gateways.base import GatewayUnavailable
from payments import discrepancies
from payments.callbacks import inbox
from payments.merchants import circuit_breaker
from payments.models import Notification, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationState
from portal.metrics import _SECONDS_TO_SETTLE
from tests.support import factories
from tests.support.metrics import scrape
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_empty_portal_has_numbers_and_not_gaps() -> None:
    metrics = scrape()
    assert metrics["inbox", ()] == metrics["inbox_oldest_seconds", ()] == metrics["open_cases", ("surplus",)] == 0
    assert metrics["refunds", ("proposed",)] == metrics["statements_waiting", ()] == 0


def test_a_notification_shows_in_the_inbox_and_then_as_seconds_to_settle() -> None:
    post(confirm(factories.payment()))
    Notification.objects.update(received_at=timezone.now() - timedelta(seconds=40))
    waiting = scrape()
    assert waiting["inbox", ()] == 1
    assert 40 <= waiting["inbox_oldest_seconds", ()] < 60
    inbox.drain_all()
    settled = scrape()
    assert settled["inbox", ()] == 0
    assert settled["settled_recent", ()] == 1
    assert 40 <= settled["settle_seconds", ("0.5",)] == settled["settle_seconds", ("0.95",)] < 60


def test_open_payments_are_counted_by_age() -> None:
    old, _ = factories.payment(), factories.payment()
    Payment.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=3))
    metrics = scrape()
    assert [metrics["open_payments", ("vnptpay", age)] for age in ("0", "7200", "86400")] == [2, 1, 0]


def test_a_gateway_that_fails_five_times_is_seen_resting() -> None:
    account = factories.merchant(factories.agency(), "vnptpay")
    name = (account.gateway, account.merchant_id)
    circuit_breaker.note_success(account)
    assert (scrape()["gateway_failures", name], scrape()["gateway_resting", name]) == (0, 0)
    for _ in range(5):
        circuit_breaker.note_failure(account, GatewayUnavailable("down"))
    metrics = scrape()
    assert (metrics["gateway_failures", name], metrics["gateway_resting", name]) == (5, 1)
    assert metrics["gateway_last_success_timestamp_seconds", name] > timezone.now().timestamp() - 60


def test_what_waits_for_a_person_is_counted() -> None:
    payment = factories.payment()
    post(confirm(payment))
    post({**confirm(payment), "SECURE_CODE": "forged"})
    Notification.objects.update(state=NotificationState.QUARANTINED)
    discrepancies.new_discrepancy(
        DiscrepancyKind.SHORT, agency_id=payment.bill.agency_id, bill=payment.bill, amount=1
    ).save()
    metrics = scrape()
    assert metrics["quarantined_notifications", ()] == metrics["rejected_notifications_recent", ()] == 1
    assert metrics["open_cases", ("short",)] == 1


def test_only_this_machine_and_the_token_may_read(settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 403
    # A proxy on this machine passes on what strangers ask.
    assert Client(headers={"X-Forwarded-For": "10.0.0.7"}).get("/metrics").status_code == 403
    for token, status in (("a-long-token", 200), ("another", 403), ("", 403)):
        client = Client(REMOTE_ADDR="10.0.0.7", headers={"Authorization": f"Bearer {token}"})
        assert client.get("/metrics").status_code == status


def test_without_a_token_no_token_opens() -> None:
    client = Client(REMOTE_ADDR="10.0.0.7", headers={"Authorization": "Bearer "})
    assert client.get("/metrics").status_code == 403


def test_a_scrape_reads_the_last_ten_minutes_by_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payments_notification (gateway, event_key, source, merchant_account_id, merchant_ref,
                   gateway_ref, outcome, currency, account, is_transfer, facts, body, query, headers, remote_addr,
                   digest, state, result, attempts, error, received_at, processed_at)
               SELECT 'vnptpay', n, 'callback', %s, n, n, 'paid', 'VND', '', false, '{}', '', '', '{}', '', '', 'done',
                   'settled', 0, '', now() - n * interval '10 seconds', now() - n * interval '10 seconds'
               FROM generate_series(60000, 1, -1) AS n""",
            [factories.merchant(factories.agency(), "vnptpay").pk],
        )
        cursor.execute("SELECT brin_summarize_new_values('notification_processed')")
        cursor.execute("ANALYZE payments_notification")
        cursor.execute(f"EXPLAIN {_SECONDS_TO_SETTLE}", [timezone.now() - timedelta(minutes=10), "callback"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "notification_processed" in plan
    assert 50 <= scrape()["settled_recent", ()] <= 60
