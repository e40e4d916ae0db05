"""A client's endpoints: registered, tested, removed. The secret is shown once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from payments.errors import EndpointStopped, TooManyEndpoints
from payments.models import ApiClient, WebhookDelivery, WebhookEndpoint
from payments.models.clients import WebhookKind

from . import addresses, dispatch, events, signing

#: Each event is sent to every endpoint of its client.
MOST_ENDPOINTS = 5
#: After a change of secret the one before it signs, too, for so long: a receiver takes either.
OVERLAP = timedelta(hours=24)
_RENEWED = ["secret", "previous_secret", "previous_secret_until", "is_active", "rests_until"]


def of_client(client: ApiClient) -> list[WebhookEndpoint]:
    """Return a client's endpoints, also those that stopped; not the removed ones."""
    return list(WebhookEndpoint.objects.filter(client=client, removed_at=None))


def register(client: ApiClient, url: str) -> WebhookEndpoint:
    """Add an endpoint with a secret of its own.

    An address that is there already keeps its id and gets a new secret: what goes out is signed with both for OVERLAP,
    and one that had stopped is sent to again.
    Locks the client. Raises AddressRefused, TooManyEndpoints.
    """
    addresses.parse(url)
    with transaction.atomic():
        ApiClient.objects.select_for_update().get(pk=client.pk)
        webhook_endpoints = WebhookEndpoint.objects.filter(client=client, removed_at=None)
        if endpoint := webhook_endpoints.filter(url=url).first():
            endpoint.previous_secret, endpoint.previous_secret_until = endpoint.secret, timezone.now() + OVERLAP
            endpoint.secret, endpoint.is_active, endpoint.rests_until = signing.new_secret(), True, None
            endpoint.save(update_fields=_RENEWED)
            return endpoint
        if webhook_endpoints.count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints
        made = WebhookEndpoint(client=client, url=url, secret=signing.new_secret())
        made.save()
        return made


def remove(endpoint: WebhookEndpoint) -> None:
    """Send nothing more there; what waits is given up. Removing it twice is the same."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk, removed_at=None).update(removed_at=timezone.now())
        dispatch.give_up([endpoint.pk])


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Write a test event, sent at once whatever the state of earlier deliveries.

    Raises EndpointStopped: it would never be sent.
    """
    if not endpoint.is_active:
        raise EndpointStopped
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(rests_until=None)
        made = events.delivery(endpoint.pk, WebhookKind.TEST, {})
        made.save()
    return made
