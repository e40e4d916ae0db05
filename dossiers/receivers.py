"""What a settled bill means for its dossier: inside the same transaction as the money."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from payments.models import Bill
from payments.signals import bills_settled
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
    links = dict(DossierBill.objects.filter(bill__in=bills).values_list("bill_id", "dossier_id"))
    if not links:
        return
    rows = Dossier.objects.filter(pk__in=links.values()).select_for_update().order_by("pk")
    dossiers = {dossier.pk: dossier for dossier in rows}
    events, messages = [], []
    for bill in bills:
        if bill.pk not in links:
            continue
        dossier = dossiers[links[bill.pk]]
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
            messages.append(
                Message(
                    subject=f"bill:{bill.pk}",
                    kind="fee_paid",
                    dossier=dossier,
                    recipient=dossier.owner_phone,
                    text=text_for("fee_paid", dossier, bill),
                )
            )
        if dossier.state == DossierState.FINANCIAL_OBLIGATION:
            advance(dossier, DossierState.IN_PROCESS, note="Đã nộp đủ phí")
    DossierEvent.objects.bulk_create(events)
    Message.objects.bulk_create(messages, ignore_conflicts=True)
