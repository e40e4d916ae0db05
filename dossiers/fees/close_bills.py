"""Closes the bills of a refused or withdrawn dossier (BR-14).

Nobody shall pay for it any more: an open bill is cancelled, and money that comes later is
surplus with a case. Money that is there already becomes a case for an accountant to give
back, as far as the law gives it back; all of it where the bank took it after the end. All
this waits for the minute in which the step can be undone, because a cancelled bill stays
cancelled.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from dossiers.models import Dossier, DossierBill, DossierEvent, EventKind
from dossiers.states import DossierState
from payments import discrepancies
from payments.bills.create import cancel_bill
from payments.bills.holds import Ending
from payments.errors import BillHasMoney
from payments.models import Bill, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.models.refunds import RefundReason
from payments.refunds.workflow import returned_at_the_end
from payments.states import BillState

BATCH = 100
#: Money in doubt must become certain first: asked about at the pace of `payments.status_queries.query`.
PATIENCE = timedelta(minutes=5)
REASONS = {DossierState.REFUSED: RefundReason.REFUSED, DossierState.WITHDRAWN: RefundReason.WITHDRAWN}


def ending_of(dossier: Dossier) -> Ending:
    """Return why and when a dossier ended that was refused or withdrawn; one query."""
    state = DossierState(dossier.state)
    last = dossier.events.filter(kind=EventKind.STATE_CHANGED, after=state).order_by("at").last()
    return Ending(REASONS[state], last.at if last else timezone.now())


def end_due() -> int:
    """End the money side of dossiers that have been over for a minute; return how many were done."""
    due = Dossier.objects.filter(ends_at__lte=Now()).order_by("ends_at").values_list("pk", flat=True)[:BATCH]
    return sum(_end(pk) for pk in list(due))


def _end(pk: int) -> bool:
    """Locks the bills, then the dossier, as money does: what comes in this moment is seen, or is surplus."""
    with transaction.atomic(durable=True):
        of_it = DossierBill.objects.filter(dossier=pk).values("bill")
        bills = list(Bill.objects.filter(pk__in=of_it).select_for_update().order_by("pk"))
        dossier = Dossier.objects.filter(pk=pk, ends_at__lte=Now()).select_for_update(skip_locked=True).first()
        if dossier is None:
            return False
        is_certain = sum(_settle(dossier, bill) for bill in bills) == len(bills)
        dossier.ends_at = None if is_certain else timezone.now() + PATIENCE
        dossier.save(update_fields=["ends_at"])
    return is_certain


def _settle(dossier: Dossier, bill: Bill) -> bool:
    """Cancel what is open, open a case for what is paid; False while a payment is in doubt."""
    state = DossierState(dossier.state)
    if bill.state == BillState.OPEN:
        try:
            cancel_bill(bill, reason=str(state.label), cause="dossier")
        except BillHasMoney:
            return False
        DossierEvent.objects.create(dossier=dossier, kind=EventKind.FEE_CANCELLED, bill_id=bill.pk, amount=bill.amount)
    ended = ending_of(dossier)
    already_opened = bill.discrepancies.filter(kind=DiscrepancyKind.PAID_IN_VAIN).values("payment")
    for payment in Payment.objects.filter(bill=bill, is_applied=True).exclude(pk__in=already_opened):
        amount = returned_at_the_end(payment, ended) - discrepancies.amount_asked_back(payment)
        if amount > 0:
            discrepancies.new_discrepancy(
                DiscrepancyKind.PAID_IN_VAIN,
                agency_id=bill.agency_id,
                bill=bill,
                payment=payment,
                amount=amount,
                note=f"{dossier.code}: {state.label}",
            ).save()
    return True
