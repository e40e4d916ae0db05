"""Sends pending deliveries: claimed and committed first, then posted, then recorded.

Whoever dies in between leaves a delivery that is sent again after its lease, under the
same `webhook-id`. One receiver that hangs keeps nobody waiting: endpoints are served side
by side, a round ends after ROUND_SECONDS, and one that did not answer rests for a minute.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from core.background.outbox import Backoff, claim_due
from payments.models import WebhookDelivery, WebhookEndpoint

from . import signing
from .transport import Reply, post

#: Three days and a bit; after the last pause a delivery is given up. Those that failed together come back apart.
RETRIES = Backoff(tuple(timedelta(seconds=s) for s in (60, 300, 1800, 7200, 21600, 86400, 172800)), jitter=0.1)
#: Longer than any round: while one process has a delivery the others leave it alone.
LEASE = timedelta(seconds=60)
REST = timedelta(seconds=60)
ROUND_SECONDS = 10.0
#: In one round: so many endpoints side by side, so many deliveries each.
ENDPOINTS = 8
PER_ENDPOINT = 50

Attempt = tuple[WebhookDelivery, Reply]


def waiting() -> QuerySet[WebhookDelivery]:
    """Return what has neither been delivered nor given up."""
    return WebhookDelivery.objects.filter(delivered_at=None, gave_up_at=None)


def failing(attempts: int, since: datetime) -> QuerySet[WebhookDelivery]:
    """Return what was tried so often and has not arrived; what was given up before `since` no more."""
    tried = WebhookDelivery.objects.filter(delivered_at=None, attempts__gte=attempts)
    return tried.filter(Q(gave_up_at=None) | Q(gave_up_at__gte=since))


def send_due() -> int:
    """Send what is due, oldest first; return how many were tried. Call outside a transaction."""
    groups = _claim()
    if not groups:
        return 0
    deadline = time.monotonic() + ROUND_SECONDS
    # The threads only speak HTTP: what comes of it is written down here, over one connection.
    with ThreadPoolExecutor(min(len(groups), ENDPOINTS)) as threads:
        rounds = list(threads.map(lambda group: _send_group(group, deadline), groups))
    for group, attempts in zip(groups, rounds, strict=True):
        _write_down(group, attempts)
    return sum(map(len, rounds))


def _claim() -> list[list[WebhookDelivery]]:
    """Take deliveries of a few endpoints and commit that they are taken."""
    now = timezone.now()
    is_resting = Q(endpoint__rests_until__gt=now)
    reachable = Q(endpoint__is_active=True, endpoint__removed_at=None, endpoint__client__is_active=True)
    due = waiting().filter(reachable, next_attempt_at__lte=now).exclude(is_resting).select_related("endpoint")
    groups: dict[int, list[WebhookDelivery]] = defaultdict(list)

    def a_few_of_each(deliveries: list[WebhookDelivery]) -> Iterator[WebhookDelivery]:
        for delivery in deliveries:
            is_room = delivery.endpoint_id in groups or len(groups) < ENDPOINTS
            if is_room and len(groups[delivery.endpoint_id]) < PER_ENDPOINT:
                groups[delivery.endpoint_id].append(delivery)
                yield delivery

    oldest = due.order_by("next_attempt_at", "pk")
    claim_due(oldest, lease=LEASE, limit=ENDPOINTS * PER_ENDPOINT, choose=a_few_of_each)
    return list(groups.values())


def _send_group(group: list[WebhookDelivery], deadline: float) -> list[Attempt]:
    """Send one endpoint's deliveries in order, until it is unwell, gone, or the round is over."""
    attempts: list[Attempt] = []
    for delivery in group:
        if attempts and time.monotonic() > deadline:
            break
        body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
        signed = signing.headers(delivery.endpoint.secret, str(delivery.event_id), int(time.time()), body)
        reply = post(delivery.endpoint.url, body, {"Content-Type": "application/json", **signed})
        attempts.append((delivery, reply))
        if reply.is_unwell or reply.is_gone:
            break
    return attempts


def _write_down(group: list[WebhookDelivery], attempts: list[Attempt]) -> None:
    now = timezone.now()
    reply = attempts[-1][1]
    with transaction.atomic(durable=True):
        for delivery, answered in attempts:
            _conclude(delivery, answered)
        untried = [delivery.pk for delivery in group[len(attempts) :]]
        WebhookDelivery.objects.filter(pk__in=untried).update(next_attempt_at=now)
        endpoint = WebhookEndpoint.objects.filter(pk=group[0].endpoint_id)
        if reply.is_gone:
            endpoint.update(is_active=False)
            waiting().filter(endpoint__in=endpoint).update(gave_up_at=now)
        elif reply.is_unwell:
            endpoint.update(rests_until=now + REST)


def _conclude(delivery: WebhookDelivery, reply: Reply) -> None:
    now = timezone.now()
    delivery.attempts += 1
    delivery.last_status, delivery.last_error = reply.status, reply.error[:255]
    if reply.is_accepted:
        delivery.delivered_at = now
    elif reply.is_gone or (pause := RETRIES.after(delivery.attempts)) is None:
        delivery.gave_up_at = now
    else:
        delivery.next_attempt_at = now + pause
    delivery.save(
        update_fields=["attempts", "last_status", "last_error", "delivered_at", "gave_up_at", "next_attempt_at"]
    )


def stop_sending(deliveries: Iterable[WebhookDelivery], *, reason: str, actor: User) -> int:
    """Give up what waits, with a reason; return how many. `send_again` takes it back."""
    with transaction.atomic():
        ids = list(waiting().filter(pk__in=[delivery.pk for delivery in deliveries]).values_list("pk", flat=True))
        number = waiting().filter(pk__in=ids).update(gave_up_at=timezone.now())
        if ids:
            audit.record("webhooks_given_up", f"webhook:{ids[0]}", actor=actor, deliveries=ids, reason=reason)
    return number


def send_again(deliveries: Iterable[WebhookDelivery], *, actor: User) -> int:
    """Let deliveries go out again from the beginning, also delivered ones, as the same events; return how many.

    Those of endpoints that are removed or not active stay as they are.
    """
    with transaction.atomic():
        chosen = WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
        chosen = chosen.filter(endpoint__is_active=True, endpoint__removed_at=None)
        ids = list(chosen.values_list("pk", flat=True))
        WebhookEndpoint.objects.filter(deliveries__in=ids).update(rests_until=None)
        number = WebhookDelivery.objects.filter(pk__in=ids).update(
            attempts=0, delivered_at=None, gave_up_at=None, next_attempt_at=timezone.now()
        )
        if ids:
            audit.record("webhooks_sent_again", f"webhook:{ids[0]}", actor=actor, deliveries=ids)
    return number
