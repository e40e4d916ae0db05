"""Messages about payments that stay unclear, so that nobody pays twice (U-17, U-18)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dossiers.messages.outbox import BATCH, tell
from dossiers.models import DossierBill, Message
from payments.models import Payment
from payments.states import UNCLEAR_AFTER, BillState
from payments.status_queries.doubts import in_doubt

KIND = "fee_checking"
#: Older doubts are an accountant's case, and a message about them would only surprise.
TELLS_UNTIL = timedelta(days=1)


def tell_due() -> int:
    """Queue a message for each dossier whose payment has been in doubt for long; return for how many. Once each."""
    now = timezone.now()
    waiting = Payment.objects.filter(
        in_doubt(returned_at__lt=now - UNCLEAR_AFTER),
        next_check_at__isnull=False,
        bill__state=BillState.OPEN,
        created_at__range=(now - TELLS_UNTIL, now - UNCLEAR_AFTER),
    )
    messages = Message.objects.filter(kind=KIND, dossier__bill_links__bill=OuterRef("bill"))
    untold = waiting.exclude(Exists(messages)).order_by("pk").values_list("bill", flat=True)[:BATCH]
    links = DossierBill.objects.filter(bill__in=list(untold)).select_related("dossier").order_by("pk")
    with transaction.atomic():
        for link in links:
            tell(link.dossier, KIND, f"bill:{link.bill_id}")
    return len(links)
