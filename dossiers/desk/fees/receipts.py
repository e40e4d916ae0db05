"""Receipts to print at the desk, and by which keys."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agencies.models import User
from dossiers.models import Dossier
from payments.models import CounterPayment, Receipt

#: So long after taking money its receipts are what is printed next.
JUST_TAKEN = timedelta(minutes=5)
_NEXT = ("F9", "shift+F9")


def to_print(dossier: Dossier, user: User) -> list[tuple[Receipt, str]]:
    """Return the receipts that count, with their keys: those for money that `user` has just taken come first.

    Reads `bills`.
    """
    receipts = [each for bill in dossier.bills.all() for each in bill.receipts.all() if not each.is_cancelled]
    counted = CounterPayment.objects.filter(
        shift__cashier=user,
        payment__in={each.payment_id for each in receipts},
        payment__paid_at__gt=timezone.now() - JUST_TAKEN,
    )
    fresh = set(counted.values_list("payment", flat=True)) if receipts else set()
    receipts.sort(key=lambda each: (each.payment_id not in fresh, -each.pk))
    keys = [["shift+F8"] if not number else [] for number in range(len(receipts))]
    for number, receipt in enumerate(receipts[: len(_NEXT)]):
        if receipt.payment_id in fresh:
            keys[number].append(_NEXT[number])
    return [(receipt, " ".join(each)) for receipt, each in zip(receipts, keys, strict=True)]
