"""Messages about money that came in another sum than was asked: too little, too much, or a second time.

Settlement opens a case for such money and knows no dossier, so the cases are looked at here, soon after. What is said
is what holds when it is looked at: a part that the next transfer completed a moment later is no news any more.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from dossiers.messages.outbox import BATCH, tell
from dossiers.models import Dossier, DossierBill, Message
from payments.bills.holds import end_reason
from payments.models import Bill, Discrepancy
from payments.models.discrepancies import HOLDING_MONEY
from payments.states import BillState

SHORT, UNSETTLED, OVER = "money_short", "money_unsettled", "money_over"
#: Older money is an accountant's case, and a message about it would only surprise.
TELLS_UNTIL = timedelta(days=1)


def tell_due() -> int:
    """Queue a message for each sum that was not the one asked for; return for how many. Once each, twice at most.

    A part is told of a second time when its bill was settled without it: then it goes back.
    """
    cases = list(_untold().select_related("bill").prefetch_related("bill__discrepancies").order_by("pk")[:BATCH])
    links = DossierBill.objects.filter(bill__in=[case.bill_id for case in cases]).select_related("dossier")
    by_bill = {link.bill_id: link.dossier for link in links}
    with transaction.atomic():
        return sum(_tell(case, case.bill, by_bill[case.bill.pk]) for case in cases if case.bill)


def _untold() -> QuerySet[Discrepancy]:
    """Return the money nobody has been told of, of dossiers whose owner can be reached."""
    reachable = DossierBill.objects.filter(bill=OuterRef("bill")).exclude(
        dossier__owner_phone="", dossier__owner_email=""
    )
    messages = Message.objects.filter(subject=Concat(Value("case:"), Cast(OuterRef("pk"), CharField())))
    recent = Discrepancy.objects.filter(
        Exists(reachable), closed_at=None, kind__in=HOLDING_MONEY, opened_at__gt=timezone.now() - TELLS_UNTIL
    )
    as_part = Q(Exists(messages.filter(kind__in=(SHORT, UNSETTLED))), bill__state=BillState.OPEN)
    return recent.exclude(as_part).exclude(Exists(messages.filter(kind=OVER)))


def _tell(case: Discrepancy, bill: Bill, dossier: Dossier) -> bool:
    subject, amount = f"case:{case.pk}", case.remaining_amount
    if not amount:
        return False
    if bill.state != BillState.OPEN or end_reason(bill):
        tell(dossier, OVER, subject, amount=amount)
    elif not bill.missing_amount:
        tell(dossier, UNSETTLED, subject, amount=amount)
    elif dossier.payment_hold:
        return False  # nobody is asked for the rest now
    else:
        tell(dossier, SHORT, subject, amount=amount, missing=bill.missing_amount)
    return True
