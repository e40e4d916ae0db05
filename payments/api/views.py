"""The bills API: make a bill, read it, start a payment, check it, cancel it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.models import Agency
from core.http import client_ip
from payments.bills import create as bills_create
from payments.checkout import start as checkout
from payments.errors import InvalidBill
from payments.models import Bill, Payment
from payments.states import BillState
from payments.status_queries import query as status_queries

from .base_views import CURSOR, ApiView, Pages
from .fields import CodeField
from .idempotency import IDEMPOTENCY_KEY, atomic_idempotent, idempotent
from .openapi import examples
from .openapi.schema import may_answer, page_of, says
from .serializers import BillSerializer, NewBillSerializer, PaymentSerializer, StartPaymentSerializer

REFERENCE = OpenApiParameter(
    "reference", {"type": "string", "minLength": 1, "maxLength": 64}, description="The client's own reference"
)
OTHERS = '`rel="related"`: all bills of this reference, where another one was open. A replay does not repeat it'


class ClientView(ApiView):
    """A view of one client: it sees its own bills, others are a 404."""

    def bills(self) -> QuerySet[Bill]:
        """Return the bills of the calling client, loaded for the serializer."""
        return (
            self.own_bills()
            .select_related("agency")
            .prefetch_related("lines", "payments__refunds", "receipts__series", "receipts__cancellation", "events")
        )

    def payments(self) -> QuerySet[Payment]:
        """Return the payments of the calling client's bills."""
        return Payment.objects.filter(bill__in=self.own_bills()).select_related("merchant_account")


class BillList(ClientView):
    """`/api/v1/bills`."""

    parameters, has_body, location = ("reference", "cursor"), True, "api-bill"

    @extend_schema(operation_id="bills_list", parameters=[REFERENCE, CURSOR], responses=page_of(BillSerializer))
    @may_answer({404: "This cursor is of no list, or of another."})
    def get(self, request: Request) -> Response:
        """List the bills of this client, newest first, by cursor pages."""
        bills = self.bills()
        if (reference := request.query_params.get("reference")) is not None:
            bills = bills.filter(reference=self._reference(reference))
        pages = Pages()
        page = pages.paginate_queryset(bills, request, view=self)
        return pages.get_paginated_response(BillSerializer(page, many=True).data)

    @extend_schema(
        operation_id="bills_create",
        parameters=[IDEMPOTENCY_KEY],
        request=NewBillSerializer,
        responses={201: BillSerializer},
        examples=examples.NEW_BILL,
    )
    @says(
        {"Link": '`rel="related"`: all bills of this reference, where another one was open. Not repeated with a replay'}
    )
    @atomic_idempotent
    def post(self, request: Request) -> Response:
        """Make a bill. Later changes of fees never touch it.

        A reference may have several bills. Where another one is still open, `Link` with `rel="related"` leads to all of
        them: somebody might pay twice. A bill whose lines are all zero is `waived` at once: nothing is to be paid, and
        no event tells of it.
        """
        serializer = NewBillSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = dict(serializer.validated_data)
        lines = [bills_create.NewLine(**line) for line in wanted.pop("lines")]
        agency = self._agency(wanted.pop("agency"))
        others = self.own_bills().filter(reference=wanted["reference"], state=BillState.OPEN)
        has_others = others.exists()
        bill = bills_create.create_bill(**wanted, agency=agency, lines=lines, client=self.client, cause="api")
        related = f'<{request.path}?{urlencode({"reference": bill.reference})}>; rel="related"'
        headers = {"Link": related} if has_others else None
        return Response(BillSerializer(self.bills().get(pk=bill.pk)).data, status=201, headers=headers)

    def _reference(self, text: str) -> str:
        try:
            return str(CodeField(max_length=64).run_validation(text))
        except ValidationError as error:
            raise ValidationError({"reference": error.detail}) from error

    def _agency(self, code: str) -> Agency:
        today = Agency.objects.existing_on(timezone.localdate())
        agency = today.filter(code=code, pk__in=self.client.agencies.all()).first()
        if agency is None:
            raise InvalidBill(
                "agency", gettext("Khóa này không thu được cho cơ quan đó, hoặc nay không có cơ quan đó.")
            )
        return agency


class BillDetail(ClientView):
    """`/api/v1/bills/{id}`."""

    @extend_schema(operation_id="bills_read", responses=BillSerializer)
    def get(self, request: Request, bill_id: int) -> Response:
        """Read one bill: strongly consistent, unlike the list it may decide paid or not."""
        return Response(BillSerializer(get_object_or_404(self.bills(), pk=bill_id)).data)


class BillPayments(ClientView):
    """`/api/v1/bills/{id}/payments`."""

    has_body = True

    @extend_schema(
        operation_id="payments_start",
        parameters=[IDEMPOTENCY_KEY],
        request=StartPaymentSerializer,
        responses={201: PaymentSerializer},
        examples=examples.NEW_PAYMENT,
    )
    @may_answer({503: "The gateway did not answer. No money moved: try again, or another gateway."})
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

    @extend_schema(operation_id="bills_cancel", parameters=[IDEMPOTENCY_KEY], request=None, responses=BillSerializer)
    @atomic_idempotent
    def post(self, request: Request, bill_id: int) -> Response:
        """Close an open bill. Money that comes later is kept as surplus with a case."""
        bill = get_object_or_404(self.bills(), pk=bill_id)
        bills_create.cancel_bill(bill, reason="cancelled by the client", cause="api")
        return Response(BillSerializer(self.bills().get(pk=bill.pk)).data)


class PaymentCheck(ClientView):
    """`/api/v1/payments/{id}/check`."""

    @extend_schema(operation_id="payments_check", request=None, responses=PaymentSerializer)
    def post(self, request: Request, payment_id: int) -> Response:
        """Ask the gateway now and return the payment as it stands. Repeating it is harmless."""
        payment = get_object_or_404(self.payments(), pk=payment_id)
        status_queries.check(payment)
        return Response(PaymentSerializer(self.payments().get(pk=payment.pk)).data)
