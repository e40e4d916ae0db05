"""Sends pending deliveries: claimed and committed first, then posted, then recorded.

Whoever dies in between leaves a delivery that is sent again after its lease, under the
same `webhook-id`. One receiver that hangs keeps nobody waiting: endpoints are served side
by side, each is written down when it is done and makes room for another, and one that
does not answer rests for a minute. One event that a receiver fails at keeps the others
of that receiver no longer than its own time-out.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
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
#: So long a round takes up more; what is under way then is finished.
ROUND_SECONDS = 10.0
#: While a receiver is slow, events that have come meanwhile are looked for so often.
LOOK_EVERY_SECONDS = 0.5
#: So many failures in a row are the endpoint's, fewer are the events'; silences cost a time-out each.
FAILURES_IN_A_ROW, SILENCES_IN_A_ROW = 3, 2
#: In one round: so many endpoints side by side, so many deliveries each.
ENDPOINTS = 8
PER_ENDPOINT = 50

Attempt = tuple[WebhookDelivery, Reply]


#: Endpoints to which anything is sent at all.
_REACHABLE = Q(endpoint__is_active=True, endpoint__removed_at=None, endpoint__client__is_active=True)


def waiting() -> QuerySet[WebhookDelivery]:
    """Return what has neither been delivered nor given up, and has somewhere to go."""
    return _unfinished().filter(_REACHABLE)


def _unfinished() -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(delivered_at=None, gave_up_at=None)


def give_up(endpoint_ids: Iterable[int]) -> None:
    """Send nothing more of what waits for these endpoints."""
    _unfinished().filter(endpoint__in=list(endpoint_ids)).update(gave_up_at=timezone.now())


def failing(attempts: int, since: datetime) -> QuerySet[WebhookDelivery]:
    """Return what was tried so often and has not arrived; what was given up before `since` no more."""
    tried = WebhookDelivery.objects.filter(delivered_at=None, attempts__gte=attempts)
    return tried.filter(Q(gave_up_at=None) | Q(gave_up_at__gte=since))


def send_due() -> int:
    """Send what is due, oldest first; return how many were tried. Call outside a transaction."""
    deadline = time.monotonic() + ROUND_SECONDS
    tried = 0
    under_way: dict[Future[list[Attempt]], list[WebhookDelivery]] = {}
    # The threads only speak HTTP: what comes of it is written down here, over one connection.
    with ThreadPoolExecutor(ENDPOINTS) as threads:
        while True:
            if time.monotonic() < deadline:
                busy = {group[0].endpoint_id for group in under_way.values()}
                for group in _claim(busy):
                    under_way[threads.submit(_send_group, group, deadline)] = group
            if not under_way:
                return tried
            for future in wait(under_way, LOOK_EVERY_SECONDS, FIRST_COMPLETED).done:
                group, attempts = under_way.pop(future), future.result()
                _write_down(group, attempts)
                tried += len(attempts)


def _claim(busy: Collection[int]) -> list[list[WebhookDelivery]]:
    """Take deliveries of a few endpoints that are not busy and commit that they are taken."""
    if len(busy) >= ENDPOINTS:
        return []
    now = timezone.now()
    is_resting = Q(endpoint__rests_until__gt=now) | Q(endpoint__in=busy)
    due = waiting().filter(next_attempt_at__lte=now).exclude(is_resting).select_related("endpoint")
    groups: dict[int, list[WebhookDelivery]] = defaultdict(list)

    def a_few_of_each(deliveries: list[WebhookDelivery]) -> Iterator[WebhookDelivery]:
        for delivery in deliveries:
            is_room = delivery.endpoint_id in groups or len(groups) + len(busy) < ENDPOINTS
            if is_room and len(groups[delivery.endpoint_id]) < PER_ENDPOINT:
                groups[delivery.endpoint_id].append(delivery)
                yield delivery

    oldest = due.order_by("next_attempt_at", "pk")
    claim_due(oldest, lease=LEASE, limit=ENDPOINTS * PER_ENDPOINT, choose=a_few_of_each)
    return [group for group in groups.values() if group]


def _send_group(group: list[WebhookDelivery], deadline: float) -> list[Attempt]:
    """Send one endpoint's deliveries in order, until it is unwell, gone, or the round is over."""
    attempts: list[Attempt] = []
    for delivery in group:
        if attempts and time.monotonic() > deadline:
            break
        body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
        signed = signing.headers(delivery.endpoint.secrets, str(delivery.event_id), int(time.time()), body)
        reply = post(delivery.endpoint.url, body, {"Content-Type": "application/json", **signed})
        attempts.append((delivery, reply))
        if reply.is_gone or _must_rest(attempts):
            break
    return attempts


def _must_rest(attempts: list[Attempt]) -> bool:
    """Tell whether an endpoint is to be left alone for a while, by its last answers, or because it asks for it."""
    replies = [reply for _, reply in attempts]
    failures, silences = replies[-FAILURES_IN_A_ROW:], replies[-SILENCES_IN_A_ROW:]
    return (
        replies[-1].asks_for_rest
        or (len(failures) == FAILURES_IN_A_ROW and all(reply.is_unwell for reply in failures))
        or (len(silences) == SILENCES_IN_A_ROW and all(reply.status is None for reply in silences))
    )


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
            give_up([group[0].endpoint_id])
        elif _must_rest(attempts):
            endpoint.update(rests_until=now + (reply.retry_after or REST))


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
        ids = list(_unfinished().filter(pk__in=[delivery.pk for delivery in deliveries]).values_list("pk", flat=True))
        number = _unfinished().filter(pk__in=ids).update(gave_up_at=timezone.now())
        if ids:
            audit.record("webhooks_given_up", f"webhook:{ids[0]}", actor=actor, deliveries=ids, reason=reason)
    return number


def send_again(deliveries: Iterable[WebhookDelivery], *, actor: User) -> int:
    """Let deliveries go out again from the beginning, also delivered ones, as the same events; return how many.

    Those of endpoints that are removed or not active, or of a client that is not, stay as they are.
    """
    with transaction.atomic():
        chosen = WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
        chosen = chosen.filter(_REACHABLE)
        ids = list(chosen.values_list("pk", flat=True))
        WebhookEndpoint.objects.filter(deliveries__in=ids).update(rests_until=None)
        number = WebhookDelivery.objects.filter(pk__in=ids).update(
            attempts=0, delivered_at=None, gave_up_at=None, next_attempt_at=timezone.now()
        )
        if ids:
            audit.record("webhooks_sent_again", f"webhook:{ids[0]}", actor=actor, deliveries=ids)
    return number
