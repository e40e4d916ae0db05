"""The shapes of the bills API (docs/interfaces.md). Amounts are whole đồng."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.bills.create import MAX_AMOUNT
from payments.models import Bill, BillLine, Payment, Receipt, Refund
from payments.models.bills import FeeKind
from payments.models.refunds import REASONS_OF_A_PAYMENT
from payments.states import DisplayState, EventKind

from .fields import CodeField, DueField, LineField, PersonNameField, PlainTextField, StrictSerializer, WholeNumberField

DUE = (
    "In the future, within five years, with its zone; a date alone is the end of that day in Vietnam. The payer "
    "reads it; it closes nothing: a bill past it stays open with `is_overdue` and can be paid until you cancel it"
)

#: Why a client may propose a refund: what it can name is a payment, and surplus is none.
REASONS = [(reason.value, reason.label) for reason in REASONS_OF_A_PAYMENT]


class LineSerializer(serializers.ModelSerializer[BillLine]):
    """One line of a bill."""

    kind = serializers.ChoiceField(choices=FeeKind.choices)

    class Meta:
        model = BillLine
        read_only_fields = fields = ["code", "kind", "description", "amount"]


class NewLineSerializer(StrictSerializer):
    """One line of a bill to be made."""

    code = CodeField(max_length=64)
    kind = serializers.ChoiceField(choices=FeeKind.choices)
    description = LineField(max_length=255)
    amount = WholeNumberField(min_value=0, max_value=MAX_AMOUNT, help_text="Whole đồng")


class NewBillSerializer(StrictSerializer):
    """What a client sends to make a bill."""

    reference = CodeField(max_length=64, help_text="The client's own name of what is paid for")
    agency = CodeField(max_length=40, help_text="Code of the agency that is paid")
    payer_name = PersonNameField(max_length=200)
    description = LineField(max_length=255)
    lines = NewLineSerializer(many=True, allow_empty=False)
    due_at = DueField(required=False, allow_null=True, help_text=DUE)


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """One attempt to pay. `ClientView` prefetches what it reads."""

    refunded_amount = serializers.IntegerField(read_only=True, help_text="What has gone back to the payer, whole đồng")
    pending_refund_amount = serializers.IntegerField(
        read_only=True, help_text="Refunds that are proposed, approved or under way, whole đồng: none has gone back yet"
    )
    remaining_amount = serializers.IntegerField(
        read_only=True, help_text="What a refund may still be proposed of: neither gone back nor pending, whole đồng"
    )
    cust_code = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        read_only_fields = fields = [
            "id",
            "state",
            "gateway",
            "merchant_ref",
            "gateway_ref",
            "amount",
            "refunded_amount",
            "pending_refund_amount",
            "remaining_amount",
            "redirect_url",
            "qr_text",
            "cust_code",
            "created_at",
            "expires_at",
            "paid_at",
            "checked_at",
            "next_check_at",
        ]

    def get_cust_code(self, payment: Payment) -> str | None:
        """The code a payer transfers to, where the gateway has one."""
        code = payment.qr_details.get("cust_code")
        return str(code) if code else None


class ReceiptSerializer(serializers.ModelSerializer[Receipt]):
    """One receipt."""

    number = serializers.CharField(source="full_number")
    is_cancelled = serializers.BooleanField()
    url = serializers.SerializerMethodField()
    file_url = serializers.SerializerMethodField()

    class Meta:
        model = Receipt
        read_only_fields = fields = ["number", "kind", "amount", "issued_at", "is_cancelled", "url", "file_url"]

    def get_url(self, receipt: Receipt) -> str:
        """Where anybody can read the receipt without an account, the payer's name masked."""
        return str(settings.BASE_URL) + reverse("receipt", args=[receipt.token])

    def get_file_url(self, receipt: Receipt) -> str:
        """The receipt as a PDF with the payer's whole name; only for your key."""
        return str(settings.BASE_URL) + reverse("api-receipt-file", args=[receipt.token])


class NewRefundSerializer(StrictSerializer):
    """What a client sends to propose a refund. `remaining_amount` is what it saw could be refunded."""

    amount = WholeNumberField(min_value=1, max_value=MAX_AMOUNT, help_text="Whole đồng")
    remaining_amount = WholeNumberField(min_value=0, max_value=MAX_AMOUNT, help_text="Whole đồng")
    reason = serializers.ChoiceField(choices=REASONS)
    note = PlainTextField(max_length=500, required=False, allow_blank=True, default="")


class StartPaymentSerializer(StrictSerializer):
    """Which gateway to pay through."""

    gateway = CodeField(max_length=32, help_text="Slug of the gateway, as its payments show it")


class RefundSerializer(serializers.ModelSerializer[Refund]):
    """One refund; a person of the agency approves or rejects it. `RefundView.refunds` loads what it reads."""

    bill = serializers.IntegerField(source="payment.bill_id", help_text="Id of the bill whose money goes back")
    decision_note = serializers.SerializerMethodField()

    class Meta:
        model = Refund
        read_only_fields = fields = [
            "id",
            "bill",
            "payment",
            "state",
            "amount",
            "reason",
            "note",
            "decision_note",
            "gateway_ref",
            "proposed_at",
            "decided_at",
            "done_at",
        ]

    def get_decision_note(self, refund: Refund) -> str:
        """What the person who rejected it wrote; empty for any other."""
        rejections = getattr(refund.payment, "rejections", ())
        return next((str(event.detail["note"]) for event in rejections if event.cause_id == str(refund.pk)), "")


class BillSerializer(serializers.ModelSerializer[Bill]):
    """One bill as it stands now. `ClientView.bills` prefetches what it reads."""

    agency = serializers.CharField(source="agency.code")
    display_state = serializers.ChoiceField(choices=DisplayState.choices, read_only=True)
    pay_url = serializers.SerializerMethodField()
    paid_amount = serializers.SerializerMethodField()
    surplus_amount = serializers.SerializerMethodField()
    is_overdue = serializers.BooleanField(
        read_only=True, help_text="Still open after `due_at`. It can be paid all the same, until you cancel it"
    )
    lines = LineSerializer(many=True)
    payments = PaymentSerializer(many=True)
    receipts = ReceiptSerializer(many=True)

    class Meta:
        model = Bill
        read_only_fields = fields = [
            "id",
            "token",
            "reference",
            "agency",
            "payer_name",
            "description",
            "amount",
            "state",
            "display_state",
            "pay_url",
            "paid_amount",
            "surplus_amount",
            "due_at",
            "is_overdue",
            "created_at",
            "settled_at",
            "lines",
            "payments",
            "receipts",
        ]

    def get_pay_url(self, bill: Bill) -> str:
        """Where anybody may pay this bill without an account."""
        return str(settings.BASE_URL) + reverse("bill", args=[bill.token])

    def get_paid_amount(self, bill: Bill) -> int:
        """What was applied to the bill, whole đồng, refunds not deducted."""
        return sum(payment.amount for payment in bill.payments.all() if payment.is_applied)

    @extend_schema_field(serializers.IntegerField())
    def get_surplus_amount(self, bill: Bill) -> int:
        """What came in beyond what was owed and has not been dealt with, whole đồng."""
        kinds = (EventKind.SURPLUS, EventKind.SURPLUS_USED)
        return -sum(event.amount for event in bill.events.all() if event.kind in kinds)
