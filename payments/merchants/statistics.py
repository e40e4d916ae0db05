"""Statistics of each merchant account for the last 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q
from django.utils import timezone

from core.values.percent import percent
from gateways import internal, registry
from gateways.base import Capability
from payments.models import MerchantAccount, Notification, Outage, Payment
from payments.models.notifications import NotificationSource, NotificationState

from . import circuit_breaker

SPAN = timedelta(hours=24)
_ATTEMPTS = """
SELECT merchant_account_id, count(*), count(*) FILTER (WHERE state = 'paid'),
    count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'unknown'),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM paid_at - created_at), 0))
        FILTER (WHERE state = 'paid')
FROM payments_payment WHERE created_at >= %s GROUP BY merchant_account_id
"""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts begun in the span, and the median seconds from the click to the confirmation."""

    started: int = 0
    paid: int = 0
    failed: int = 0
    unclear: int = 0
    median_seconds: float | None = None

    @property
    def paid_percent(self) -> int | None:
        """Whole percent of what was started; None when nothing was."""
        return percent(self.paid, self.started) if self.started else None


@dataclass(frozen=True, slots=True)
class ContractFigures:
    """One contract: `last_callback_at` within the span; `to_ask` payments are due for a status query."""

    account: MerchantAccount
    attempts: Attempts
    last_callback_at: datetime | None
    waiting: int
    quarantined: int
    to_ask: int
    outage: Outage | None
    planned: tuple[Outage, ...]

    @property
    def name(self) -> str:
        """The name people know the gateway by."""
        return registry.name_of(self.account.gateway)

    @property
    def can_be_probed(self) -> bool:
        """It answers questions about orders."""
        return not self.is_missing and Capability.QUERY in registry.get(self.account.gateway).capabilities

    @property
    def is_missing(self) -> bool:
        """No package provides the gateway: what is to be done there waits."""
        return not registry.is_usable(self.account.gateway)

    @property
    def is_resting(self) -> bool:
        """The breaker is closed, or announced maintenance is on."""
        now = timezone.now()
        return circuit_breaker.is_resting(self.account) or any(outage.began_at <= now for outage in self.planned)


def contracts() -> list[ContractFigures]:
    """Return every contract that is or will be in force, in seven queries however many there are."""
    now, today = timezone.now(), timezone.localdate()
    since = now - SPAN
    accounts = (
        MerchantAccount.objects.filter(Q(valid_during__contains=today) | Q(valid_during__startswith__gt=today))
        .exclude(gateway__in=internal.SLUGS)
        .select_related("agency", "health")
    )
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS, [since])
        attempts = {row[0]: Attempts(*row[1:]) for row in cursor.fetchall()}
    # A notification not yet processed has just arrived: it is counted as waiting.
    notifications = Notification.objects.filter(processed_at__gt=since, source=NotificationSource.CALLBACK).order_by()
    last = dict(notifications.values_list("merchant_account").annotate(Max("received_at")))
    waiting, quarantined = (_by_contract(state) for state in (NotificationState.NEW, NotificationState.QUARANTINED))
    due = Payment.objects.filter(next_check_at__lt=now).order_by()
    to_ask = dict(due.values_list("merchant_account").annotate(Count("pk")))
    is_under_way = Q(is_planned=False, ended_at=None) | Q(is_planned=True, ended_at__gt=now)
    outages = list(Outage.objects.filter(is_under_way).order_by("began_at"))
    return [
        ContractFigures(
            account,
            attempts.get(account.pk, Attempts()),
            last.get(account.pk),
            waiting.get(account.pk, 0),
            quarantined.get(account.pk, 0),
            to_ask.get(account.pk, 0),
            next((each for each in outages if each.merchant_account_id == account.pk and not each.is_planned), None),
            tuple(each for each in outages if each.merchant_account_id == account.pk and each.is_planned),
        )
        for account in accounts
    ]


def _by_contract(state: NotificationState) -> dict[int, int]:
    rows = Notification.objects.filter(state=state).order_by()
    return dict(rows.values_list("merchant_account").annotate(Count("pk")))
