"""Refunds of a client's bills: proposed, read, listed. A person of the agency decides."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from payments.models import LedgerEvent, Payment, Refund
from payments.refunds import workflow as refunds
from payments.states import EventKind, RefundState

from .base_views import CURSOR, ApiView, Pages
from .idempotency import IDEMPOTENCY_KEY, atomic_idempotent, hashed
from .openapi import examples
from .openapi.schema import may_answer, page_of
from .serializers import NewRefundSerializer, RefundSerializer


class RefundView(ApiView):
    """A view of one client: it sees the refunds of its own bills, whoever proposed them; others are a 404."""

    def refunds(self) -> QuerySet[Refund]:
        """Return the refunds of what was paid for the calling client's bills, loaded for the serializer."""
        rejected = LedgerEvent.objects.filter(kind=EventKind.REFUND_MOVED, after=RefundState.REJECTED).order_by("-pk")
        events = Prefetch("payment__events", queryset=rejected, to_attr="rejections")
        own = Refund.objects.filter(payment__bill__in=self.own_bills())
        return own.select_related("payment").prefetch_related(events)

    def page(self, rows: QuerySet[Refund], request: Request) -> Response:
        """Return one page of refunds, newest first."""
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(RefundSerializer(page, many=True).data)


class RefundList(RefundView):
    """`/api/v1/refunds`."""

    parameters = ("cursor",)

    @extend_schema(operation_id="refunds_list", parameters=[CURSOR], responses=page_of(RefundSerializer))
    @may_answer({404: "This cursor is of no list, or of another."})
    def get(self, request: Request) -> Response:
        """List the refunds of this client's bills, newest first, by cursor pages."""
        return self.page(self.refunds(), request)


class RefundDetail(RefundView):
    """`/api/v1/refunds/{id}`."""

    @extend_schema(operation_id="refunds_read", responses=RefundSerializer)
    def get(self, request: Request, refund_id: int) -> Response:
        """Read one refund: how far it has come, and why it was rejected."""
        return Response(RefundSerializer(get_object_or_404(self.refunds(), pk=refund_id)).data)


class PaymentRefunds(RefundView):
    """`/api/v1/payments/{id}/refunds`."""

    parameters, has_body, location = ("cursor",), True, "api-refund"

    def _payment(self, payment_id: int) -> Payment:
        return get_object_or_404(Payment.objects.filter(bill__in=self.own_bills()), pk=payment_id)

    @extend_schema(operation_id="payment_refunds_list", parameters=[CURSOR], responses=page_of(RefundSerializer))
    def get(self, request: Request, payment_id: int) -> Response:
        """List the refunds of one payment, newest first, by cursor pages."""
        return self.page(self.refunds().filter(payment=self._payment(payment_id)), request)

    @extend_schema(
        operation_id="refunds_propose",
        parameters=[IDEMPOTENCY_KEY],
        request=NewRefundSerializer,
        responses={201: RefundSerializer},
        examples=examples.NEW_REFUND,
    )
    @atomic_idempotent
    def post(self, request: Request, payment_id: int) -> Response:
        """Propose to give money back; it leaves when a person of the agency has approved it."""
        payment = self._payment(payment_id)
        serializer = NewRefundSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        proposal = refunds.Proposal(
            amount=wanted["amount"],
            remaining_seen=wanted["remaining_amount"],
            reason=wanted["reason"],
            note=wanted["note"],
            idempotency_key=f"api:{self.client.pk}:{hashed(request.headers['Idempotency-Key'])}",
        )
        refund = refunds.propose_for_payment(payment, proposal, maker=self.client)
        return Response(RefundSerializer(self.refunds().get(pk=refund.pk)).data, status=201)
