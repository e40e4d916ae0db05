"""What we send to a client's endpoint, in the API's description: its section `webhooks` (SPECTACULAR_SETTINGS)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from payments.models.clients import WebhookKind
from payments.states import BillState, RefundState

from . import examples


class RefundOfEventSerializer(serializers.Serializer[Any]):
    """The refund that an event tells of."""

    id = serializers.IntegerField()
    payment = serializers.IntegerField()
    amount = serializers.IntegerField(help_text="Whole đồng")
    state = serializers.ChoiceField(choices=RefundState.choices)


class DataOfEventSerializer(serializers.Serializer[Any]):
    """The bill that an event tells of, as it stood. `webhook.test` has none of it but an empty object."""

    id = serializers.IntegerField(required=False, help_text="Id of the bill")
    reference = serializers.CharField(required=False)
    agency = serializers.CharField(required=False, help_text="Code of the agency")
    amount = serializers.IntegerField(required=False, help_text="Whole đồng")
    state = serializers.ChoiceField(choices=BillState.choices, required=False)
    refund = RefundOfEventSerializer(required=False, help_text="Of `bill.refunded` and `refund.…`")


class EventSerializer(serializers.Serializer[Any]):
    """One event."""

    type = serializers.ChoiceField(choices=WebhookKind.choices)
    timestamp = serializers.DateTimeField(help_text="When it happened")
    data = DataOfEventSerializer()  # type: ignore[assignment]


EVENT = OpenApiWebhook(
    name="event",
    decorator=extend_schema(
        operation_id="receive_event",
        summary="What your endpoint receives",
        description=(
            "Sent to each address you have registered, signed as in Standard Webhooks: `webhook-id` (the same for "
            "every attempt at one event), `webhook-timestamp` (Unix seconds) and `webhook-signature` (`v1,` and the "
            "HMAC-SHA256 of `id.timestamp.body` in base64; several, a blank apart, while a secret is changed).\n\n"
            "Events may come twice and in any order: read the bill before you rely on one. A bill of nothing but zero "
            "lines is `waived` in the answer that makes it, and no event tells of it."
        ),
        request=EventSerializer,
        responses={
            "2XX": OpenApiResponse(description="Received. Anything else is sent again, over three days"),
            "410": OpenApiResponse(description="Send nothing here any more"),
        },
        examples=examples.EVENT,
    ),
)
