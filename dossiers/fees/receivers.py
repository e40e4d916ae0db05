"""Receivers of payment signals, in the same transaction: settled, reversed, refunded."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.dispatch import receiver

from dossiers.messages.outbox import tell, tell_all
from dossiers.models import Dossier, DossierBill, DossierEvent, EventKind
from dossiers.processing.transitions import advance
from dossiers.states import PAYMENT_HOLDS, DossierState
from payments import discrepancies
from payments.bills.holds import Ending
from payments.models import Bill, Discrepancy, Refund
from payments.models.discrepancies import DiscrepancyKind
from payments.signals import (
    bills_reopened,
    bills_settled,
    claim_answered,
    matter_ended,
    money_asked,
    money_returned,
)
from payments.states import BillState

from .close_bills import REASONS, ending_of

_TIMELINE = """
INSERT INTO dossiers_dossierevent (dossier_id, kind, bill_id, amount, note, at)
SELECT link.dossier_id, CASE bill.state WHEN 'paid' THEN 'fee_paid' ELSE 'fee_exempt' END, bill.id,
       CASE bill.state WHEN 'paid' THEN bill.amount ELSE 0 END, '', now()
FROM dossiers_dossierbill link JOIN payments_bill bill ON bill.id = link.bill_id
WHERE bill.id = ANY(%(bills)s) ORDER BY bill.id
"""


@receiver(bills_settled)
def note_settled(sender: type[Bill], bill_ids: list[int], **kwargs: Any) -> None:
    """Write the timeline, queue the message, and wake dossiers that waited for money (6 → 4).

    Whole batches come at once, so there is a fixed number of statements. Locks only the dossiers that
    move, ids ascending, after the bills and payments the caller holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, {"bills": bill_ids})
    paid = DossierBill.objects.filter(bill__in=bill_ids, bill__state=BillState.PAID).select_related("dossier", "bill")
    needed = ("dossier__code", "dossier__owner_phone", "dossier__owner_email", "bill__amount")
    tell_all("fee_paid", [(link.dossier, f"bill:{link.bill_id}", link.bill.amount) for link in paid.only(*needed)])
    waiting = Dossier.objects.filter(state=DossierState.FINANCIAL_OBLIGATION, bill_links__bill__in=bill_ids)
    for dossier in waiting.select_for_update(of=("self",)).order_by("pk"):
        if dossier.is_settled:  # a second bill may still be owed
            advance(dossier, DossierState.IN_PROCESS, note="Đã nộp đủ phí")


@receiver(bills_reopened)
def note_taken_back(sender: type[Bill], bills: list[Bill], **kwargs: Any) -> None:
    """Notify officer and citizen that the fee is owed again; a result already handed over is a debt (R-43)."""
    for bill, dossier in _locked(bills):
        DossierEvent.objects.create(dossier=dossier, kind=EventKind.FEE_TAKEN_BACK, bill_id=bill.pk, amount=bill.amount)
        tell(dossier, "fee_taken_back", f"bill:{bill.pk}:{bill.events.count()}", amount=bill.amount)
        if dossier.state == DossierState.RETURNED:
            discrepancies.new_discrepancy(
                DiscrepancyKind.DEBT, agency_id=dossier.agency_id, bill=bill, amount=bill.amount, note=dossier.code
            ).save()


@receiver(money_returned)
def note_returned(sender: type[Refund], refund: Refund, bill: Bill | None, **kwargs: Any) -> None:
    """Record the refund in the timeline and notify the citizen."""
    for _bill, dossier in _locked([bill] if bill else []):
        DossierEvent.objects.create(
            dossier=dossier, kind=EventKind.FEE_REFUNDED, bill_id=_bill.pk, amount=refund.amount
        )
        tell(dossier, "fee_refunded", f"refund:{refund.pk}", amount=refund.amount)


@receiver(money_asked)
def hold_while_nothing_is_asked(sender: type[Bill], bill: Bill, **kwargs: Any) -> str:
    """Ask nobody for the money of a dossier that was stopped, refused or withdrawn, while its bill is still open."""
    link = DossierBill.objects.filter(bill=bill, dossier__state__in=PAYMENT_HOLDS).select_related("dossier").first()
    return link.dossier.payment_hold if link else ""


@receiver(matter_ended)
def say_why_it_ended(sender: type[Bill], bill: Bill, **kwargs: Any) -> Ending | None:
    """Say at once why the money of a refused or withdrawn dossier goes back, before its cases are opened."""
    link = DossierBill.objects.filter(bill=bill, dossier__state__in=REASONS).select_related("dossier").first()
    return ending_of(link.dossier) if link else None


@receiver(claim_answered)
def note_claim_answered(sender: type[Discrepancy], case: Discrepancy, **kwargs: Any) -> None:
    """Notify the dossier's owner that an accountant has answered; the answer is on the page of the bill."""
    link = DossierBill.objects.filter(bill=case.bill_id).select_related("dossier").first()
    if link:
        tell(link.dossier, "claim_answered", f"case:{case.pk}")


def _locked(bills: list[Bill]) -> list[tuple[Bill, Dossier]]:
    """Pair bills with their dossiers under lock, ids ascending; bills of other systems have none."""
    links = dict(DossierBill.objects.filter(bill__in=bills).values_list("bill_id", "dossier_id"))
    if not links:
        return []
    rows = Dossier.objects.filter(pk__in=links.values()).select_for_update().order_by("pk")
    dossiers = {dossier.pk: dossier for dossier in rows}
    return [(bill, dossiers[links[bill.pk]]) for bill in bills if bill.pk in links]
