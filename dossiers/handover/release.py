"""Hands a result over: every bill settled, every exemption checked, in the same transaction (I3)."""

from __future__ import annotations

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from dossiers.errors import NotReleasable, NotTakenBack
from dossiers.fees.claims import claim_of
from dossiers.messages.outbox import tell
from dossiers.models import Dossier, HandOver, Message, PostalOrder, PostalState, TakenBack
from dossiers.processing import transitions
from dossiers.processing.versions import check_seen
from dossiers.states import DossierState
from payments.models import Bill
from payments.states import BillState

from .receivers import Receiver


def why_not(dossier: Dossier) -> str:
    """Return why the result may not be handed over now, or "" when it may. Reads `bills` and `exemption_checks`."""
    if dossier.state == DossierState.RETURNED:
        return NotReleasable.ALREADY_RETURNED
    if dossier.state != DossierState.FINISHED:
        return NotReleasable.NOT_FINISHED
    if not dossier.is_settled:
        return NotReleasable.NOT_SETTLED
    claim = claim_of(dossier)
    return NotReleasable.NOT_PROVEN if claim and claim.is_open else ""


def release(dossier: Dossier, *, officer: User, receiver: Receiver, batch: str = "") -> HandOver:
    """Hand the result over. Raises NotReleasable, also for a receiver whom the dossier contradicts; DossierMoved.

    Locks the dossier's bills, then the dossier: a reversal or a second counter waits or
    is seen. What each bill was at that moment is written down.
    """
    with transaction.atomic(durable=True):
        bill_ids = dossier.bill_links.values_list("bill_id", flat=True)
        bills = list(Bill.objects.filter(pk__in=list(bill_ids)).select_for_update().order_by("pk"))
        locked = Dossier.objects.select_for_update().get(pk=dossier.pk)
        check_seen(dossier)
        if reason := why_not(locked) or receiver.contradicts(locked):
            raise NotReleasable(reason)
        transitions.advance(locked, DossierState.RETURNED, actor=officer)  # no name: the timeline can never be erased
        hand_over = HandOver.objects.create(
            dossier=locked,
            officer=officer,
            receiver_name=receiver.name,
            relation=receiver.relation,
            identity_shown=receiver.identity_shown,
            identity_tail=receiver.identity_tail[-4:],
            identity_note=receiver.note[:255],
            letter=receiver.letter[:120],
            tracking_number=receiver.tracking_number,
            batch=batch,
            # Postage that went back was no condition any more.
            bill_states={str(bill.pk): bill.state for bill in bills if bill.state != BillState.REFUNDED},
        )
        if receiver.tracking_number:
            PostalOrder.objects.filter(dossier=locked).update(state=PostalState.POSTED, ended_at=None)
            told_at = timezone.now() + transitions.UNDO_WITHIN
            tell(locked, "posted", _subject(hand_over), at=told_at, number=receiver.tracking_number)
        shown = {"relation": receiver.relation, "identity_shown": receiver.identity_shown}
        if receiver.note:
            shown["why_another_paper"] = receiver.note
        if receiver.letter:
            shown["letter"] = receiver.letter
        audit.record("hand_over", f"dossier:{locked.code}", actor=officer, agency=locked.agency, **shown)
    return hand_over


def take_back(dossier: Dossier, *, actor: User, reason: str) -> TakenBack:
    """Undo a hand-over made by mistake (10 → 9), once the paper is back at the desk.

    A second person than who handed over, a leader, does it; the hand-over is kept whole in
    `TakenBack`, and the result can be given out anew. Locks the dossier. Raises NotTakenBack, DossierMoved.
    """
    with transaction.atomic(durable=True):
        locked = Dossier.objects.select_for_update(of=("self",)).select_related("agency").get(pk=dossier.pk)
        given = HandOver.objects.filter(dossier=locked).first()
        if locked.state != DossierState.RETURNED or given is None or given.officer_id == actor.pk:
            raise NotTakenBack
        check_seen(dossier)
        undone = put_back(locked, given, actor=actor, reason=reason)
        audit.record("take_back", f"dossier:{locked.code}", actor=actor, agency=locked.agency, reason=reason)
    return undone


def undo_release(locked: Dossier, *, actor: User) -> None:
    """Undo a hand-over within the minute (10 → 9), in the caller's transaction with the dossier locked.

    What was given is kept in `TakenBack` as after any taking back; the message to the citizen has not left.
    """
    given = HandOver.objects.get(dossier=locked)
    Message.objects.filter(dossier=locked, subject=_subject(given), sent_at=None).delete()
    if given.tracking_number:
        PostalOrder.objects.filter(dossier=locked).update(state=PostalState.ORDERED, ended_at=None)
    put_back(locked, given, actor=actor, reason=f"Hoàn tác trong {int(transitions.UNDO_WITHIN.total_seconds())} giây")


def _subject(given: HandOver) -> str:
    """Name the fact that a message tells of."""
    return f"handover:{given.pk}"


def put_back(locked: Dossier, given: HandOver, *, actor: User, reason: str) -> TakenBack:
    """Let a result lie at the desk again (10 → 9), in the caller's transaction with the dossier locked."""
    kept = {name: value for name, value in model_to_dict(given).items() if name not in ("id", "dossier")}
    undone = TakenBack.objects.create(
        dossier=locked, hand_over={**kept, "at": given.at.isoformat()}, reason=reason[:255], actor=actor
    )
    given.delete()
    transitions.put_back(locked, actor=actor, note=reason)
    return undone
