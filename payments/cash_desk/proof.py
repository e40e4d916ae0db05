"""Whether money of the counter is more than what a cashier typed: a drawer was counted, a card is in a bank's file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from payments.models import CounterPayment, Payment, StatementRow
from payments.models.cash_desk import Tender


def is_proved(payment: Payment) -> bool:
    """Tell whether anything but a cashier's word says that the money of a payment came; of a bank's money always."""
    counter = CounterPayment.objects.select_related("shift").filter(payment=payment).first()
    if counter is None:
        return True
    if counter.tender == Tender.CASH:
        return counter.shift.closed_at is not None
    return StatementRow.objects.filter(event__payment=payment, statement__is_countersigned=True).exists()


def waits_for(payment: Payment) -> str:
    """Return what has not shown yet that the money came, in words; "" where it has."""
    if is_proved(payment):
        return ""
    is_cash = payment.counter.tender == Tender.CASH
    return _("Tiền mặt, chờ đếm ca") if is_cash else _("Thẻ, chờ đối soát với tệp của ngân hàng")
