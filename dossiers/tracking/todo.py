"""What the owner of a dossier still has to do, sentence by sentence: every page that says "nothing more" asks here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.values.closed_names import name_for_reader
from core.values.money import dong_for_reader
from dossiers.models import Dossier
from dossiers.states import PAYMENT_HOLDS, DossierState
from payments import charge_claims

#: A paper whose name says so is brought and compared, not sent.
BROUGHT = "mang theo"


def todo(dossier: Dossier) -> list[str]:
    """Return what is left to the owner, nothing for what has ended. Reads `bills`; names no fact of the person."""
    if dossier.state in PAYMENT_HOLDS or dossier.state == DossierState.RETURNED:
        return []
    left = []
    if dossier.state == DossierState.SUPPLEMENT:
        left.append(_("Bổ sung giấy tờ theo đề nghị của cơ quan."))
    owed = [bill for bill in dossier.bills.all() if bill.missing_amount]
    claimed = charge_claims.claimed_among(owed) if owed else set()
    for bill in owed:
        if bill.pk not in claimed:  # who says they were charged is not asked to pay again
            text = _("Nộp %(amount)s cước bưu điện.") if bill.is_postage else _("Nộp %(amount)s phí, lệ phí.")
            left.append(text % {"amount": dong_for_reader(bill.missing_amount)})
    for paper in dossier.case.procedure.documents.filter(name__contains=BROUGHT):
        left.append(f"{name_for_reader(paper.name)}.")
    if dossier.facts.get("groups"):
        left.append(_("Mang giấy tờ chứng minh được miễn, giảm khi nhận kết quả."))
    return left
