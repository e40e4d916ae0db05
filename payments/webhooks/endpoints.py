"""A client's endpoints: registered, tested, removed. The secret is shown once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from payments.errors import TooManyEndpoints
from payments.models import ApiClient, WebhookDelivery, WebhookEndpoint
from payments.models.clients import WebhookKind

from . import addresses, dispatch, events, signing

#: Each event is sent to every endpoint of its client.
MOST_ENDPOINTS = 5


def of_client(client: ApiClient) -> list[WebhookEndpoint]:
    """Return a client's endpoints, also those that stopped; not the removed ones."""
    return list(WebhookEndpoint.objects.filter(client=client, removed_at=None))


def register(client: ApiClient, url: str) -> WebhookEndpoint:
    """Add an endpoint with a secret of its own.

    An address that is there already gets a new secret: what waits goes out signed with
    the new one. Locks the client. Raises AddressRefused, TooManyEndpoints.
    """
    addresses.parse(url)
    with transaction.atomic():
        ApiClient.objects.select_for_update().get(pk=client.pk)
        webhook_endpoints = WebhookEndpoint.objects.filter(client=client, removed_at=None)
        replaced = list(webhook_endpoints.filter(url=url).values_list("pk", flat=True))
        WebhookEndpoint.objects.filter(pk__in=replaced).update(removed_at=timezone.now())
        if webhook_endpoints.count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints
        made = WebhookEndpoint.objects.create(client=client, url=url, secret=signing.new_secret())
        dispatch.waiting().filter(endpoint__in=replaced).update(endpoint=made)
        return made


def remove(endpoint: WebhookEndpoint) -> None:
    """Send nothing more there; what waits is given up. Removing it twice is the same."""
    now = timezone.now()
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk, removed_at=None).update(removed_at=now)
        dispatch.waiting().filter(endpoint=endpoint).update(gave_up_at=now)


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Write a test event, sent at once whatever the state of earlier deliveries."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(rests_until=None)
        made = events.delivery(endpoint.pk, WebhookKind.TEST, {})
        made.save()
    return made
