"""`/metrics` for Prometheus: the state of money, discrepancies and queues, read from PostgreSQL at scrape time.

Nothing is counted in memory, so any web process gives the same answer and a restart loses
none of it. Every query reads a partial index, a small table or the last ten minutes.
What to watch, and from which value on: docs/operations.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min, Model, Q, QuerySet
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dossiers.messages.outbox import waiting
from dossiers.models import Attachment, Message, PaperState
from gateways import internal
from payments import heartbeats
from payments.callbacks import rejected as callbacks_rejected
from payments.models import Discrepancy, MerchantAccount, Notification, Payment, Refund, RejectedNotification, Statement
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationSource, NotificationState
from payments.models.statements import StatementState
from payments.states import OPEN_PAYMENT_STATES, RefundState
from payments.webhooks import dispatch

#: Open payments are counted from each of these ages on, seconds; the first counts them all.
AGES = (0, 300, 1800, 7200, 86400)
WINDOW = timedelta(minutes=10)
#: A scrape must not weigh on a database that is in trouble already.
STATEMENT_TIMEOUT = "3s"
UNFINISHED_REFUNDS = tuple(state for state in RefundState if state not in (RefundState.DONE, RefundState.REJECTED))

_SECONDS_TO_SETTLE = """
SELECT count(*), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
    ORDER BY extract(epoch FROM processed_at - received_at))
FROM payments_notification
WHERE processed_at > %s AND source = %s AND result = 'settled'
"""


class MoneyCollector(Collector):
    """One scrape: a single read-only transaction."""

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Describe nothing at registration: the registry would otherwise collect twice."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every family. Raises DatabaseError."""
        now = timezone.now()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
            build = _gauge("build_info", "Version of this process; always 1", "version")
            build.add_metric([settings.VERSION], 1)
            yield build
            yield from _inbox(now)
            yield from _seconds_to_settle(now)
            yield from _open_payments(now)
            yield from _gateways(now)
            yield from _cases(now)
            yield from _refunds()
            yield from _queues(now)
            yield from _processes()


def _gauge(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"motcua_{name}", meaning, labels=labels)


def _simple(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"motcua_{name}", meaning, value=value)


def _waiting(name: str, meaning: str, rows: QuerySet[Model], since: str, now: datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how many rows wait and for how long the oldest has."""
    totals = rows.order_by().aggregate(number=Count("pk"), oldest=Min(since))
    yield _simple(name, meaning, totals["number"])
    yield _simple(f"{name}_oldest_seconds", f"{meaning}: age of the oldest, seconds", _age(totals["oldest"], now))


def _age(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0) if moment else 0.0


def _inbox(now: datetime) -> Iterator[GaugeMetricFamily]:
    new = Notification.objects.filter(state=NotificationState.NEW)
    yield from _waiting("inbox", "Notifications of banks that wait to be applied", new, "received_at", now)
    quarantined = Notification.objects.filter(state=NotificationState.QUARANTINED).count()
    yield _simple(
        "quarantined_notifications", "Notifications that failed five times and wait for a person", quarantined
    )
    rejected = RejectedNotification.objects.filter(received_at__gt=now - WINDOW).count()
    misdirected = callbacks_rejected.misdirected().count()
    yield _simple("misdirected_notifications", "Messages for other merchants that nobody has looked at", misdirected)
    yield _simple(
        "rejected_notifications_recent", "Messages not believed, last 10 minutes (60 kept a minute)", rejected
    )


def _seconds_to_settle(now: datetime) -> Iterator[GaugeMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute(_SECONDS_TO_SETTLE, [now - WINDOW, NotificationSource.CALLBACK])
        number, quantiles = cursor.fetchone()
    yield _simple("settled_recent", "Callbacks that settled a bill, last 10 minutes", number)
    family = _gauge("settle_seconds", "From notice to settled, seconds, last 10 minutes", "quantile")
    for quantile, seconds in zip(("0.5", "0.95"), quantiles or (), strict=False):
        family.add_metric([quantile], float(seconds))
    yield family


def _open_payments(now: datetime) -> Iterator[GaugeMetricFamily]:
    family = _gauge("open_payments", "Attempts without an end, from an age in seconds on", "gateway", "older_than")
    counts = {f"over_{age}": Count("pk", filter=Q(created_at__lte=now - timedelta(seconds=age))) for age in AGES}
    open_now = Payment.objects.filter(state__in=OPEN_PAYMENT_STATES).order_by()
    for gateway, *numbers in open_now.values_list("gateway").annotate(**counts):
        for age, number in zip(AGES, numbers, strict=True):
            family.add_metric([gateway, str(age)], number)
    yield family
    due = Payment.objects.filter(next_check_at__lte=now)
    yield from _waiting("checks_due", "Payments whose next question to the bank is due", due, "next_check_at", now)


def _gateways(now: datetime) -> Iterator[GaugeMetricFamily]:
    labels = ("gateway", "merchant")
    failures = _gauge("gateway_failures", "Calls in a row that a gateway did not answer", *labels)
    success = _gauge("gateway_last_success_timestamp_seconds", "When a gateway last answered", *labels)
    failure = _gauge("gateway_last_failure_timestamp_seconds", "When a gateway last failed to answer", *labels)
    resting = _gauge("gateway_resting", "1 while the circuit breaker sends no new payments", *labels)
    accounts = MerchantAccount.objects.exclude(gateway__in=internal.SLUGS).filter(is_enabled=True)
    for account in accounts.select_related("health"):
        names = [account.gateway, account.merchant_id]
        health = getattr(account, "health", None)
        failures.add_metric(names, health.failures if health else 0)
        resting.add_metric(names, bool(health and health.open_until and health.open_until > now))
        if health and health.last_success_at:
            success.add_metric(names, health.last_success_at.timestamp())
        if health and health.last_failure_at:
            failure.add_metric(names, health.last_failure_at.timestamp())
    yield from (failures, success, failure, resting)


def _cases(now: datetime) -> Iterator[GaugeMetricFamily]:
    number = _gauge("open_cases", "Differences that nobody has closed", "kind")
    oldest = _gauge("open_cases_oldest_seconds", "Age of the oldest open case, seconds", "kind")
    rows = Discrepancy.objects.filter(closed_at=None).order_by().values_list("kind")
    by_kind = {kind: (count, since) for kind, count, since in rows.annotate(Count("pk"), Min("opened_at"))}
    for kind in DiscrepancyKind.values:
        count, since = by_kind.get(kind, (0, None))
        number.add_metric([kind], count)
        oldest.add_metric([kind], _age(since, now))
    yield from (number, oldest)


def _refunds() -> Iterator[GaugeMetricFamily]:
    family = _gauge("refunds", "Refunds that are not done, by state", "state")
    rows = Refund.objects.filter(state__in=UNFINISHED_REFUNDS).order_by().values_list("state")
    by_state = dict(rows.annotate(Count("pk")))
    for state in UNFINISHED_REFUNDS:
        family.add_metric([state], by_state.get(state, 0))
    yield family


def _processes() -> Iterator[GaugeMetricFamily]:
    family = _gauge("heartbeat_timestamp_seconds", "When a process last showed that it works; 0: never", "process")
    for process, at in heartbeats.last_signs().items():
        family.add_metric([process], at.timestamp() if at else 0)
    yield family


def _queues(now: datetime) -> Iterator[GaugeMetricFamily]:
    messages = Message.objects.filter(waiting())
    yield from _waiting("messages_waiting", "Messages to citizens not sent", messages, "created_at", now)
    statements = Statement.objects.filter(state__in=(StatementState.LOADING, StatementState.APPLYING))
    yield from _waiting("statements_waiting", "Bank files being read or matched", statements, "uploaded_at", now)
    papers = Attachment.objects.filter(state=PaperState.PENDING)
    yield from _waiting("papers_waiting", "Papers nobody may open yet", papers, "uploaded_at", now)
    deliveries = dispatch.waiting()
    yield from _waiting("webhooks_waiting", "Events that clients have not taken yet", deliveries, "created_at", now)
