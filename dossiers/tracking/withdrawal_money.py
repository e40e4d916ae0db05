"""What becomes of a dossier's money when it is withdrawn: paid, come without settling, or in doubt."""

from __future__ import annotations

from django.utils import timezone

from dossiers.models import Dossier
from payments import charge_claims
from payments.models import Bill
from payments.models.refunds import RefundReason
from payments.refunds.workflow import refundable_amount
from payments.states import BillState


def of(dossier: Dossier) -> dict[str, object]:
    """Return what the page says before one withdraws; amounts are whole đồng.

    `paid` settled a bill: of it `back` goes back and `not_returned` is kept by law, as `why_not` says. `held` came and
    settled nothing.
    `is_under_way`: somebody may be paying at this moment. `is_in_doubt`: more may have come than anybody knows yet.
    `is_claimed`: the payer says so, and nobody has answered.
    """
    bills = Bill.objects.filter(pk__in=dossier.bills.values("pk")).with_payments()
    now = timezone.now()
    payments = [payment for bill in bills for payment in bill.payments.all() if payment.is_applied]
    lines = (line for bill in bills for line in bill.lines.all())
    paid = sum(payment.remaining_amount for payment in payments)
    back = sum(refundable_amount(payment, RefundReason.WITHDRAWN) for payment in payments)
    return {
        "paid": paid,
        "back": back,
        "not_returned": paid - back,
        "why_not": next((line.refund_note for line in lines if not line.is_refundable), ""),
        "held": sum(bill.received_amount for bill in bills),
        "is_claimed": charge_claims.are_open(Bill.objects.filter(pk__in=dossier.bills.values("pk"))),
        "is_under_way": any(bill.attempts_under_way(now) for bill in bills if bill.state == BillState.OPEN),
        "is_in_doubt": any(bill.doubtful_payments for bill in bills if bill.state == BillState.OPEN),
    }
