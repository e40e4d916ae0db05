"""Erases the personal data of a dossier on request, as far as the law allows.

Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 gives the right. Bills, ledger, receipts, results, the timeline
and the audit stay, as Luật Kế toán and Luật Lưu trữ ask; so does what was written down of a
hand-over that was undone under supervision (`TakenBack`).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies import citizens
from agencies.audit import record as audit
from agencies.models import User
from core.values import identity
from core.values.documents import FOREIGN
from dossiers.errors import NotErasable
from dossiers.models import Assistance, Attachment, Dossier, Draft, ErasureRequest, OneTimeCode, PostalOrder, Rating
from dossiers.states import DossierState
from payments import charge_claims

#: Replaces a name; Vietnamese because it is data, as the name was.
NOBODY = "(đã xóa theo yêu cầu)"
#: Somebody still works on a dossier in any other state.
OVER = (DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.STOPPED, DossierState.RETURNED)


def ask_for_erasure(dossier: Dossier) -> ErasureRequest:
    """Note the wish of somebody who proved to hold the owner's phone; asked twice it stays one."""
    with transaction.atomic():
        Dossier.objects.select_for_update().get(pk=dossier.pk)
        wish, is_new = ErasureRequest.objects.get_or_create(dossier=dossier, decided_at=None)
        if is_new:
            audit.record("erasure_asked", f"dossier:{dossier.code}", actor=None, agency=dossier.agency)
    return wish


def erase(wish: ErasureRequest, *, actor: User) -> None:
    """Make a dossier nobody's. Raises NotErasable while somebody works on it or its money, or when it was decided."""
    with transaction.atomic():
        dossier = _undecided(wish)
        if dossier.state not in OVER or dossier.ends_at or charge_claims.are_open(dossier.bills.all()):
            raise NotErasable("the dossier is still worked on")
        number = dossier.owner_identity_number
        _forget_drafts(drafts_of(dossier))
        dossier.owner_name, dossier.owner_search_key = NOBODY, ""
        dossier.owner_identity_number = dossier.owner_phone = dossier.owner_email = dossier.owner_address = ""
        dossier.owner_identity_country, dossier.pin, dossier.answers = "", "", []
        dossier.save()
        _empty_what_hangs_on(dossier)
        of_the_same = Dossier.objects.filter(owner_identity_key__in=identity.search_keys(number))
        if number and dossier.owner_identity_kind not in FOREIGN and not of_the_same.exists():
            citizens.forget(number)
        _decide(wish, actor, "")
        audit.record("erased", f"dossier:{dossier.code}", actor=actor, agency=dossier.agency)


def refuse(wish: ErasureRequest, reason: str, *, actor: User) -> None:
    """Keep the data and say why. Raises NotErasable when it was decided already."""
    with transaction.atomic():
        dossier = _undecided(wish)
        _decide(wish, actor, reason)
        audit.record("erasure_refused", f"dossier:{dossier.code}", actor=actor, agency=dossier.agency, reason=reason)


def drafts_of(dossier: Dossier) -> list[Draft]:
    """Return what the owner has begun and not handed in: the same phone, and the same number or name."""
    if not dossier.owner_phone:
        return []
    begun = Draft.objects.filter(dossier=None, phone_key__in=identity.search_keys(dossier.owner_phone))
    return [draft for draft in begun.select_related("case__procedure") if _is_of(draft, dossier)]


def _is_of(draft: Draft, dossier: Dossier) -> bool:
    typed = {field: values[0] for step in draft.answers.values() for field, values in step.items() if values}
    number = "".join(sign for sign in typed.get("owner_identity_number", "").upper() if sign.isalnum())
    return number == dossier.owner_identity_number or typed.get("owner_name", "").strip() == dossier.owner_name


def _undecided(wish: ErasureRequest) -> Dossier:
    """Lock dossier and wish, in the order of those who ask."""
    dossier = Dossier.objects.select_for_update().get(pk=wish.dossier_id)
    if not ErasureRequest.objects.select_for_update().filter(pk=wish.pk, decided_at=None).exists():
        raise NotErasable("it was decided already")
    return dossier


def _decide(wish: ErasureRequest, actor: User, refusal: str) -> None:
    wish.decided_at, wish.decided_by, wish.refusal = timezone.now(), actor, refusal[:255]
    wish.save(update_fields=["decided_at", "decided_by", "refusal"])


def _forget_drafts(begun: list[Draft]) -> None:
    for draft in begun:
        _delete_with_files(draft.attachments.all())
        OneTimeCode.objects.filter(about=draft.code).delete()
        draft.delete()


def _empty_what_hangs_on(dossier: Dossier) -> None:
    _delete_with_files(dossier.attachments.all())
    charge_claims.forget_proofs(dossier.bills.all())
    dossier.messages.filter(sent_at=None).delete()
    dossier.messages.update(recipient="", text="", last_error="")
    OneTimeCode.objects.filter(about=dossier.code).delete()
    Rating.objects.filter(dossier=dossier).update(words="")
    PostalOrder.objects.filter(dossier=dossier).update(receiver_name=NOBODY, receiver_phone="", street="", commune="")
    Assistance.objects.filter(dossier=dossier).update(identity_tail="", identity_note="")
    if handed := getattr(dossier, "hand_over", None):
        handed.receiver_name, handed.identity_tail, handed.identity_note = NOBODY, "", ""
        handed.save(update_fields=["receiver_name", "identity_tail", "identity_note"])


def _delete_with_files(papers: QuerySet[Attachment]) -> None:
    """Delete rows, and their files once that is sure; locked, so that a running scan leaves none behind."""
    for paper in papers.select_for_update():
        if name := paper.file.name:
            transaction.on_commit(lambda file=paper.file, name=name: file.storage.delete(name))  # type: ignore[misc]
    papers.delete()
