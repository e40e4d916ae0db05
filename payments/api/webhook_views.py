"""`/api/v1/webhooks`: endpoints of a client."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from payments.models import WebhookDelivery, WebhookEndpoint
from payments.webhooks import endpoints
from payments.webhooks.transport import Failure

from .base_views import ApiView
from .fields import StrictSerializer, TextField
from .idempotency import IDEMPOTENCY_KEY, ToldOnce, atomic_idempotent
from .openapi import examples

#: A client sees how its last deliveries went.
SHOWN_DELIVERIES = 20


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event and how far it has come."""

    last_failure = serializers.SerializerMethodField()

    class Meta:
        model = WebhookDelivery
        read_only_fields = fields = [
            "event_id",
            "kind",
            "created_at",
            "attempts",
            "next_attempt_at",
            "delivered_at",
            "gave_up_at",
            "last_status",
            "last_failure",
        ]

    @extend_schema_field(
        serializers.ChoiceField(choices=[(each.value, each.value) for each in Failure], allow_null=True)
    )
    def get_last_failure(self, delivery: WebhookDelivery) -> str | None:
        """Why the last attempt had no answer; null where `last_status` says what it was."""
        word = delivery.last_error.partition(":")[0]
        return word if word in set(Failure) else None


class NewEndpointSerializer(StrictSerializer):
    """What a client sends to register an endpoint."""

    url = TextField(
        max_length=500,
        help_text="https and a public name or address; redirects are not followed. A demo also takes http://127.0.0.1",
    )


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """One endpoint; `is_active` is false once the receiver answered 410."""

    class Meta:
        model = WebhookEndpoint
        read_only_fields = fields = ["id", "url", "is_active", "created_at"]


class NewlyMadeEndpointSerializer(EndpointSerializer):
    """An endpoint with its secret, which is shown in this response only."""

    secret = serializers.CharField(allow_null=True, help_text="whsec_…; null in the answer to a repeated request")

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "secret"]


class EndpointDetailSerializer(EndpointSerializer):
    """An endpoint with its last deliveries, newest first."""

    deliveries = serializers.SerializerMethodField()

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "deliveries"]

    @extend_schema_field(DeliverySerializer(many=True))
    def get_deliveries(self, endpoint: WebhookEndpoint) -> list[dict[str, Any]]:
        """The last of them."""
        return list(DeliverySerializer(endpoint.deliveries.all()[:SHOWN_DELIVERIES], many=True).data)


class EndpointView(ApiView):
    """A view of one client: it sees its own endpoints, others are a 404."""

    def endpoint(self, endpoint_id: int) -> WebhookEndpoint:
        """Return one endpoint of the calling client. Raises Http404."""
        own = WebhookEndpoint.objects.filter(client=self.client, removed_at=None)
        return get_object_or_404(own, pk=endpoint_id)


class WebhookList(EndpointView):
    """`/api/v1/webhooks`."""

    has_body, location = True, "api-webhook"

    @extend_schema(operation_id="webhooks_list", responses=EndpointSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the endpoints of this client."""
        webhook_endpoints = endpoints.of_client(self.client)
        return Response(EndpointSerializer(webhook_endpoints, many=True).data)

    @extend_schema(
        operation_id="webhooks_create",
        parameters=[IDEMPOTENCY_KEY],
        request=NewEndpointSerializer,
        responses={201: NewlyMadeEndpointSerializer},
        examples=examples.NEW_ENDPOINT,
    )
    @atomic_idempotent
    def post(self, request: Request) -> Response:
        """Register an endpoint. An address that is registered already keeps its id and gets a new secret.

        One that had stopped is sent to again. For a day all that is sent there is signed with both, so that no event is
        lost while the receiver changes over.
        """
        serializer = NewEndpointSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = endpoints.register(self.client, serializer.validated_data["url"])
        body = NewlyMadeEndpointSerializer(WebhookEndpoint.objects.get(pk=made.pk)).data
        return ToldOnce(body, {**body, "secret": None}, status=201)


class WebhookDetail(EndpointView):
    """`/api/v1/webhooks/{id}`."""

    @extend_schema(operation_id="webhooks_read", responses=EndpointDetailSerializer)
    def get(self, request: Request, endpoint_id: int) -> Response:
        """Read one endpoint with its last deliveries."""
        return Response(EndpointDetailSerializer(self.endpoint(endpoint_id)).data)

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def delete(self, request: Request, endpoint_id: int) -> Response:
        """Remove an endpoint; what waits for it is not sent any more."""
        endpoints.remove(self.endpoint(endpoint_id))
        return Response(status=204)


class WebhookTest(EndpointView):
    """`/api/v1/webhooks/{id}/test`."""

    @extend_schema(
        operation_id="webhooks_test", parameters=[IDEMPOTENCY_KEY], request=None, responses={202: DeliverySerializer}
    )
    @atomic_idempotent
    def post(self, request: Request, endpoint_id: int) -> Response:
        """Send an event `webhook.test` within seconds; read the endpoint to see how it went.

        An endpoint that has answered 410 is sent nothing: register its address again.
        """
        made = endpoints.send_test(self.endpoint(endpoint_id))
        return Response(DeliverySerializer(WebhookDelivery.objects.get(pk=made.pk)).data, status=202)
