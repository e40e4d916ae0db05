"""Circuit breaker per merchant account: a gateway that does not answer is left alone for a while.

Five failures in a row open it for 30 s; each further failure doubles that, up to ten minutes. The first call
after that is the trial (half-open). While it is open no payment starts, and only one status query in a while
goes out (`query.PROBE_EVERY`); callbacks are always taken.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from payments.models import GatewayHealth, MerchantAccount

from . import outages

THRESHOLD = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=10)
#: A gateway that answers well is noted once in a while, not on every answer.
NOTED_EVERY = timedelta(seconds=30)


def is_resting(account: MerchantAccount) -> bool:
    """Tell whether a contract's gateway is left alone now. Reads `health`: select it for lists.

    Announced maintenance counts where the query of contracts brought it (`merchants.accounts_of`).
    """
    now, health = timezone.now(), getattr(account, "health", None)
    pauses_at = getattr(account, "pauses_at", None)
    is_paused = pauses_at is not None and pauses_at <= now
    return is_paused or bool(health and health.open_until and health.open_until > now)


def note_success(account: MerchantAccount) -> None:
    """The gateway answered, whatever it said."""
    now = timezone.now()
    health, is_new = GatewayHealth.objects.get_or_create(merchant_account=account, defaults={"last_success_at": now})
    is_recent = health.last_success_at and now - health.last_success_at < NOTED_EVERY
    if is_new or (health.failures == 0 and is_recent):
        return
    GatewayHealth.objects.filter(pk=health.pk).update(failures=0, open_until=None, last_success_at=now)
    if health.failures >= THRESHOLD:
        outages.end(account)


def note_failure(account: MerchantAccount, error: object) -> None:
    """The gateway did not answer, or not in its own protocol."""
    with transaction.atomic():
        GatewayHealth.objects.get_or_create(merchant_account=account)
        health = GatewayHealth.objects.select_for_update().get(merchant_account=account)
        now = timezone.now()
        health.last_failure_at, health.last_error = now, str(error)[:255]
        # Calls that were under way when the breaker opened belong to the same outage: they do not prolong the rest.
        if not health.open_until or health.open_until <= now:
            health.failures += 1
            if health.failures >= THRESHOLD:
                health.open_until = now + rest_after(health.failures)
                outages.begin(account, error)
        health.save()


def rest_after(failures: int) -> timedelta:
    """Return how long a gateway rests after so many failures in a row (at least THRESHOLD)."""
    doublings = min(failures - THRESHOLD, 10)
    return min(FIRST_REST * (1 << doublings), LONGEST_REST)
