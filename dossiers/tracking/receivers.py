"""Receivers of payments: who has opened the dossier of a bill, and what is left to its owner."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest

from dossiers.models import Dossier, DossierBill
from payments.models import Bill
from payments.signals import owner_asked, proof_asked

from .access import lookup_address, opened_codes
from .ownership import owned_or_handed_in_by
from .todo import todo


@receiver(owner_asked)
def say_what_is_left(sender: type[Bill], bill: Bill, **kwargs: Any) -> list[str]:
    """Say what the owner of the bill's dossier still has to do."""
    dossier = Dossier.objects.with_bills().filter(bill_links__bill=bill).first()
    return todo(dossier) if dossier else []


@receiver(proof_asked)
def tell_where_it_is_opened(sender: type[Bill], bill: Bill, request: HttpRequest, **kwargs: Any) -> str | None:
    """Return "" to who opened the dossier here or is its owner by VNeID, else where its PIN opens it."""
    link = DossierBill.objects.filter(bill=bill).select_related("dossier").first()
    if link is None:
        return None
    code = link.dossier.code
    is_opened = code in opened_codes(request) or owned_or_handed_in_by(request).filter(pk=link.dossier_id).exists()
    return "" if is_opened else lookup_address(code)
