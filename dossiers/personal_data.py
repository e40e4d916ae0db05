"""What is kept of a person with a dossier: told to them, and erased when they wish and the law allows.

Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 gives both rights. Erasing makes a dossier nobody's: bills,
ledger, receipts, results, the timeline and the audit stay, as Luật Kế toán and Luật Lưu trữ ask.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies import audit
from agencies.models import User

from .errors import NotErasable
from .models import Assistance, Dossier, ErasureRequest, OneTimeCode, PostalOrder, Rating
from .states import DossierState

#: Stands where a name stood; Vietnamese because it is data, as the name was.
NOBODY = "(đã xóa theo yêu cầu)"
#: Somebody still works on a dossier in any other state.
OVER = (DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.STOPPED, DossierState.RETURNED)


def data_of(dossier: Dossier, *, is_owner: bool) -> dict[str, Any]:
    """Return everything kept of the person, ready for JSON. Amounts are whole đồng, times ISO 8601 with offset.

    Whoever opened the dossier without proving to be its owner (a helper who pays) gets the identity
    number's last four digits only.
    """
    number = dossier.owner_identity_number
    return {
        "code": dossier.code,
        "procedure": dossier.case.procedure.name,
        "agency": dossier.agency.name,
        "state": str(DossierState(dossier.state).label),
        "submitted_at": _time(dossier.submitted_at),
        "due_at": _time(dossier.due_at),
        "owner": {
            "name": dossier.owner_name,
            "identity_number": number if is_owner or not number else f"{'*' * 8}{number[-4:]}",
            "phone": dossier.owner_phone,
            "email": dossier.owner_email,
            "address": dossier.owner_address,
        },
        "facts": dossier.facts,
        "answers": [{"question": question, "answer": answer} for question, answer in dossier.answers],
        "papers": [
            {"name": paper.name, "for": paper.requirement, "bytes": paper.size, "sent_at": _time(paper.uploaded_at)}
            for paper in dossier.attachments.order_by("id")
        ],
        "events": [
            {"what": event.get_kind_display(), "at": _time(event.at)} for event in dossier.events.order_by("id")
        ],
        "messages": [
            {"to": message.recipient, "text": message.text, "sent_at": _time(message.sent_at)}
            for message in dossier.messages.order_by("id")
        ],
        "bills": [
            {
                "reference": bill.reference,
                "payer": bill.payer_name,
                "amount": bill.amount,
                "state": str(bill.display_state.label),
                "payments": [
                    {"gateway": payment.gateway, "amount": payment.amount, "at": _time(payment.created_at)}
                    for payment in bill.payments.order_by("id")
                ],
                "receipts": [receipt.full_number for receipt in bill.receipts.order_by("id")],
            }
            for bill in dossier.bills.order_by("id")
        ],
        "ratings": list(Rating.objects.filter(dossier=dossier).values("score", "words")),
        "handed_over": _handed_over(dossier),
        "posted_to": PostalOrder.objects.filter(dossier=dossier)
        .values("receiver_name", "receiver_phone", "street", "commune", "province")
        .first(),
    }


def ask_for_erasure(dossier: Dossier) -> ErasureRequest:
    """Note the wish of somebody who proved to hold the owner's phone; asked twice it stays one."""
    with transaction.atomic():
        Dossier.objects.select_for_update().get(pk=dossier.pk)
        wish, is_new = ErasureRequest.objects.get_or_create(dossier=dossier, decided_at=None)
        if is_new:
            audit.record("erasure_asked", f"dossier:{dossier.pk}", actor=None, agency=dossier.agency)
    return wish


def erase(wish: ErasureRequest, *, actor: User) -> None:
    """Make a dossier nobody's. Raises NotErasable while somebody works on it, or when it was decided already."""
    with transaction.atomic():
        dossier = _undecided(wish)
        if dossier.state not in OVER or dossier.ends_at:
            raise NotErasable("the dossier is still worked on")
        dossier.owner_name, dossier.owner_search_key = NOBODY, ""
        dossier.owner_identity_number = dossier.owner_phone = dossier.owner_email = dossier.owner_address = ""
        dossier.answers = []
        dossier.save()
        _empty_what_hangs_on(dossier)
        _decide(wish, actor, "")
        audit.record("erased", f"dossier:{dossier.pk}", actor=actor, agency=dossier.agency)


def refuse(wish: ErasureRequest, reason: str, *, actor: User) -> None:
    """Keep the data and say why. Raises NotErasable when it was decided already."""
    with transaction.atomic():
        dossier = _undecided(wish)
        _decide(wish, actor, reason)
        audit.record("erasure_refused", f"dossier:{dossier.pk}", actor=actor, agency=dossier.agency, reason=reason)


def _undecided(wish: ErasureRequest) -> Dossier:
    """Lock dossier and wish, in the order of those who ask."""
    dossier = Dossier.objects.select_for_update().get(pk=wish.dossier_id)
    if not ErasureRequest.objects.select_for_update().filter(pk=wish.pk, decided_at=None).exists():
        raise NotErasable("it was decided already")
    return dossier


def _decide(wish: ErasureRequest, actor: User, refusal: str) -> None:
    wish.decided_at, wish.decided_by, wish.refusal = timezone.now(), actor, refusal[:255]
    wish.save(update_fields=["decided_at", "decided_by", "refusal"])


def _empty_what_hangs_on(dossier: Dossier) -> None:
    papers = list(dossier.attachments.all())
    dossier.attachments.all().delete()
    for paper in papers:
        transaction.on_commit(lambda file=paper.file: file.storage.delete(file.name))  # type: ignore[misc]
    dossier.messages.filter(sent_at=None).delete()
    dossier.messages.update(recipient="", text="")
    OneTimeCode.objects.filter(about=dossier.code).delete()
    Rating.objects.filter(dossier=dossier).update(words="")
    PostalOrder.objects.filter(dossier=dossier).update(receiver_name=NOBODY, receiver_phone="", street="", commune="")
    Assistance.objects.filter(dossier=dossier).update(identity_tail="")
    if handed := getattr(dossier, "hand_over", None):
        handed.receiver_name, handed.identity_tail = NOBODY, ""
        handed.save(update_fields=["receiver_name", "identity_tail"])


def _handed_over(dossier: Dossier) -> dict[str, Any] | None:
    handed = getattr(dossier, "hand_over", None)
    return handed and {"to": handed.receiver_name, "at": _time(handed.at), "identity_tail": handed.identity_tail}


def _time(moment: Any) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None
