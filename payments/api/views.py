"""The bills API: make a bill, read it, start a payment, check it, cancel it, propose a refund."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import get_object_or_404
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.models import Agency
from core.http import client_ip
from core.values.text import row_key
from payments.bills import create as bills_create
from payments.checkout import start as checkout
from payments.errors import InvalidBill
from payments.models import ApiClient, Bill, Payment
from payments.refunds import workflow as refunds
from payments.status_queries import query as status_queries

from .idempotency import atomic_idempotent, idempotent
from .serializers import BillSerializer, NewBillSerializer, NewRefundSerializer, PaymentSerializer, RefundSerializer

IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)


class BillPages(CursorPagination):
    """Pages that stay right while new bills arrive."""

    page_size = 50
    ordering = "-id"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the place a cursor names. Raises NotFound for one of another list: it names no id."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor and cursor.position is not None and not row_key(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


class ClientView(APIView):
    """A view of one client: it sees its own bills, others are a 404."""

    def bills(self) -> QuerySet[Bill]:
        """Return the bills of the calling client, loaded for the serializer."""
        client: ApiClient = self.request.user  # type: ignore[assignment]
        return (
            Bill.objects.filter(client=client)
            .select_related("agency")
            .prefetch_related("lines", "payments", "receipts__series", "receipts__cancellation", "events")
        )

    def payments(self) -> QuerySet[Payment]:
        """Return the payments of the calling client's bills."""
        return Payment.objects.filter(bill__client=self.request.user).select_related(  # type: ignore[misc]
            "merchant_account"
        )


class BillList(ClientView):
    """`/api/v1/bills`."""

    @extend_schema(
        parameters=[OpenApiParameter("reference", str), OpenApiParameter("cursor", str)],
        responses=BillSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the bills of this client, newest first, by cursor pages."""
        bills = self.bills()
        if reference := request.query_params.get("reference"):
            bills = bills.filter(reference=reference)
        pages = BillPages()
        page = pages.paginate_queryset(bills, request, view=self)
        return pages.get_paginated_response(BillSerializer(page, many=True).data)

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=NewBillSerializer, responses={201: BillSerializer})
    @atomic_idempotent
    def post(self, request: Request) -> Response:
        """Make a bill. Later changes of fees never touch it."""
        serializer = NewBillSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = dict(serializer.validated_data)
        lines = [bills_create.NewLine(**line) for line in wanted.pop("lines")]
        agency = self._agency(wanted.pop("agency"))
        bill = bills_create.create_bill(
            **wanted, agency=agency, lines=lines, client=cast(ApiClient, request.user), cause="api"
        )
        return Response(BillSerializer(self.bills().get(pk=bill.pk)).data, status=201)

    def _agency(self, code: str) -> Agency:
        client: ApiClient = self.request.user  # type: ignore[assignment]
        today = Agency.objects.existing_on(timezone.localdate())
        agency = today.filter(code=code, pk__in=client.agencies.all()).first()
        if agency is None:
            raise InvalidBill("agency", "this key may not bill for this agency, or it does not exist today")
        return agency


class BillDetail(ClientView):
    """`/api/v1/bills/{id}`."""

    @extend_schema(responses=BillSerializer)
    def get(self, request: Request, bill_id: int) -> Response:
        """Read one bill: strongly consistent, unlike the list it may decide paid or not."""
        return Response(BillSerializer(get_object_or_404(self.bills(), pk=bill_id)).data)


class StartPaymentSerializer(serializers.Serializer[object]):
    """Which gateway to pay through."""

    gateway = serializers.SlugField(max_length=32)


class BillPayments(ClientView):
    """`/api/v1/bills/{id}/payments`."""

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=StartPaymentSerializer, responses={201: PaymentSerializer})
    @idempotent
    def post(self, request: Request, bill_id: int) -> Response:
        """Start a payment, or get the one that is open already through the same gateway."""
        bill = get_object_or_404(self.bills(), pk=bill_id)
        serializer = StartPaymentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        gateway = serializer.validated_data["gateway"]
        payment = checkout.start(bill, gateway, client_ip=client_ip(request._request))
        return Response(PaymentSerializer(payment).data, status=201)


class BillCancel(ClientView):
    """`/api/v1/bills/{id}/cancel`."""

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=None, responses=BillSerializer)
    @atomic_idempotent
    def post(self, request: Request, bill_id: int) -> Response:
        """Close an open bill. Money that comes later is kept as surplus with a case."""
        bill = get_object_or_404(self.bills(), pk=bill_id)
        bills_create.cancel_bill(bill, reason="cancelled by the client", cause="api")
        return Response(BillSerializer(self.bills().get(pk=bill.pk)).data)


class PaymentCheck(ClientView):
    """`/api/v1/payments/{id}/check`."""

    @extend_schema(request=None, responses=PaymentSerializer)
    def post(self, request: Request, payment_id: int) -> Response:
        """Ask the gateway now and return the payment as it stands. Repeating it is harmless."""
        payment = get_object_or_404(self.payments(), pk=payment_id)
        status_queries.check(payment)
        return Response(PaymentSerializer(self.payments().get(pk=payment.pk)).data)


class PaymentRefunds(ClientView):
    """`/api/v1/payments/{id}/refunds`."""

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=NewRefundSerializer, responses={201: RefundSerializer})
    @atomic_idempotent
    def post(self, request: Request, payment_id: int) -> Response:
        """Propose to give money back; it leaves when a person of the agency has approved it."""
        payment = get_object_or_404(self.payments(), pk=payment_id)
        serializer = NewRefundSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        client = cast(ApiClient, request.user)
        proposal = refunds.Proposal(
            amount=wanted["amount"],
            remaining_seen=wanted["remaining_amount"],
            reason=wanted["reason"],
            note=wanted["note"],
            idempotency_key=f"api:{client.pk}:{request.headers['Idempotency-Key']}"[:255],
        )
        refund = refunds.propose_for_payment(payment, proposal, maker=client)
        return Response(RefundSerializer(refund).data, status=201)
