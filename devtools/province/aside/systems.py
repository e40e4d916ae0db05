"""What a connected system has left: bills it made, some of them cancelled, and what it was told by webhook."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from django.utils import timezone

from devtools.demo import API_CLIENT
from devtools.province.people import names
from devtools.province.world import World
from payments.bills.create import NewLine, cancel_bill, create_bill
from payments.models import ApiClient, WebhookDelivery, WebhookEndpoint
from payments.webhooks import endpoints
from payments.webhooks.dispatch import RETRIES

from . import answers, webhooks
from .errands import System

_BILLS, _CANCELLED = 8, 5
#: A name nobody can own (RFC 2606): nothing is ever sent there.
_ADDRESS = "https://mot-cua.example/webhooks"


def of(world: World, rng: Random) -> System | None:
    """Return the demo's connected system and the office it makes bills for; it has listened all the year."""
    client = ApiClient.objects.filter(name=API_CLIENT).first()
    agency = client and client.agencies.filter(pk__in=world.scene.places).first()
    if client is None or agency is None:
        return None
    endpoint = endpoints.register(client, _ADDRESS)
    endpoint.created_at = began = world.clock.midnight(world.first)
    endpoint.save(update_fields=["created_at"])
    return System(client.pk, world.scene.places[agency.pk], webhooks.receiver(endpoint.pk, began, world.now, rng))


def connect(rng: Random) -> None:
    """Let the demo's API client have made bills today; its receiver was down once, and rests since."""
    client = ApiClient.objects.filter(name=API_CLIENT).first()
    endpoint = WebhookEndpoint.objects.filter(client=client, url=_ADDRESS).first()
    if client is None or endpoint is None:
        return
    earlier = set(WebhookDelivery.objects.filter(endpoint=endpoint).values_list("pk", flat=True))
    agency = client.agencies.get()
    for number in range(_BILLS):
        amount = rng.choice((15_000, 50_000, 120_000))
        bill = create_bill(
            reference=f"LT-{timezone.localdate():%y%m}-{number + 1:03d}",
            agency=agency,
            payer_name=names.person(rng)[0],
            description="Phí khai thác tài liệu lưu trữ",
            lines=[NewLine("LUU-TRU", "phi", "Phí khai thác tài liệu lưu trữ", amount)],
            client=client,
            cause="api",
        )
        if number < _CANCELLED:
            cancel_bill(bill, reason="Người yêu cầu không đến", cause="api")
    endpoints.send_test(endpoint)
    now = timezone.now()
    told = list(WebhookDelivery.objects.filter(endpoint=endpoint).exclude(pk__in=earlier).order_by("pk"))
    for delivery in told[1:]:
        delivery.attempts, delivery.delivered_at, delivery.last_status = 1, now, 204
    for delivery in told[:1]:
        delivery.attempts, delivery.gave_up_at, delivery.last_status = len(RETRIES.pauses) + 1, now, 502
    WebhookDelivery.objects.bulk_update(told, ["attempts", "delivered_at", "gave_up_at", "last_status"])
    endpoint.is_active, endpoint.rests_until = False, now + timedelta(minutes=1)
    endpoint.save(update_fields=["is_active", "rests_until"])
    answers.keep(client)
