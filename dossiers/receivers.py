"""What money means for its dossier, in the same transaction: settled, taken back, returned."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from payments import discrepancies
from payments.models import Bill, Refund
from payments.models.discrepancies import DiscrepancyKind
from payments.signals import bills_reopened, bills_settled, money_returned
from payments.states import BillState

from .messages import text_for
from .models import Dossier, DossierBill, DossierEvent, EventKind, Message
from .states import DossierState
from .workflow import advance


@receiver(bills_settled)
def note_settled(sender: type[Bill], bills: list[Bill], **kwargs: Any) -> None:
    """Write the timeline, wake dossiers that waited for money (6 → 4) and queue the message.

    Locks the dossiers, ids ascending, after the bills and payments the caller holds.
    """
    events, messages = [], []
    for bill, dossier in _locked(bills):
        is_paid = bill.state == BillState.PAID
        events.append(
            DossierEvent(
                dossier=dossier,
                kind=EventKind.FEE_PAID if is_paid else EventKind.FEE_EXEMPT,
                bill_id=bill.pk,
                amount=bill.amount if is_paid else 0,
            )
        )
        if is_paid and dossier.owner_phone:
            messages.append(_message("fee_paid", f"bill:{bill.pk}", dossier, bill.amount))
        if dossier.state == DossierState.FINANCIAL_OBLIGATION:
            advance(dossier, DossierState.IN_PROCESS, note="Đã nộp đủ phí")
    DossierEvent.objects.bulk_create(events)
    Message.objects.bulk_create(messages, ignore_conflicts=True)


@receiver(bills_reopened)
def note_taken_back(sender: type[Bill], bills: list[Bill], **kwargs: Any) -> None:
    """Tell officer and citizen that the fee is owed again; a result already handed over is a debt (A5 43)."""
    for bill, dossier in _locked(bills):
        DossierEvent.objects.create(dossier=dossier, kind=EventKind.FEE_TAKEN_BACK, bill_id=bill.pk, amount=bill.amount)
        if dossier.owner_phone:
            _message("fee_taken_back", f"bill:{bill.pk}:{bill.events.count()}", dossier, bill.amount).save()
        if dossier.state == DossierState.RETURNED:
            discrepancies.case(
                DiscrepancyKind.DEBT, agency_id=dossier.agency_id, bill=bill, amount=bill.amount, note=dossier.code
            ).save()


@receiver(money_returned)
def note_returned(sender: type[Refund], refund: Refund, bill: Bill | None, **kwargs: Any) -> None:
    """Write the refund into the timeline and tell the citizen."""
    for _bill, dossier in _locked([bill] if bill else []):
        DossierEvent.objects.create(
            dossier=dossier, kind=EventKind.FEE_REFUNDED, bill_id=_bill.pk, amount=refund.amount
        )
        if dossier.owner_phone:
            _message("fee_refunded", f"refund:{refund.pk}", dossier, refund.amount).save()


def _locked(bills: list[Bill]) -> list[tuple[Bill, Dossier]]:
    """Pair bills with their dossiers under lock, ids ascending; bills of other systems have none."""
    links = dict(DossierBill.objects.filter(bill__in=bills).values_list("bill_id", "dossier_id"))
    if not links:
        return []
    rows = Dossier.objects.filter(pk__in=links.values()).select_for_update().order_by("pk")
    dossiers = {dossier.pk: dossier for dossier in rows}
    return [(bill, dossiers[links[bill.pk]]) for bill in bills if bill.pk in links]


def _message(kind: str, subject: str, dossier: Dossier, amount: int) -> Message:
    return Message(
        subject=subject,
        kind=kind,
        dossier=dossier,
        recipient=dossier.owner_phone,
        text=text_for(kind, dossier, amount),
    )
