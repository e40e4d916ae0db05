"""Undo of a step within a minute, by who made it, a hand-over too; never money."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from agencies.models import User
from dossiers.errors import NothingToUndo
from dossiers.handover.release import undo_release
from dossiers.models import Dossier, DossierEvent, EventKind, Message, NoticeKind, Result, SigningState
from dossiers.states import DossierState

from . import deadlines
from .transitions import STAMPS, UNDO_WITHIN, recall_draft, record, undo_to


def last_step(dossier: Dossier, actor: User, now: datetime) -> DossierEvent | None:
    """Return the step that `actor` may still take back, if it is the last thing that moved the dossier."""
    moves = (EventKind.STATE_CHANGED, EventKind.HANDED_OVER, EventKind.STEP_UNDONE, EventKind.HAND_OVER_UNDONE)
    event = dossier.events.filter(kind__in=moves).order_by("-id").first()
    if event is None or event.kind not in (EventKind.STATE_CHANGED, EventKind.HANDED_OVER):
        return None
    is_mine = event.actor_id == actor.pk and event.after == dossier.state
    return event if is_mine and now - event.at <= UNDO_WITHIN else None


def undo(dossier: Dossier, *, actor: User) -> None:
    """Put the dossier back to where it was before its last step. Locks it. Raises NothingToUndo.

    The timeline keeps both lines: what was done, and that it was taken back.
    """
    with transaction.atomic(durable=True):
        locked = Dossier.objects.select_for_update().get(pk=dossier.pk)
        event = last_step(locked, actor, timezone.now())
        if event is None or event.before is None:
            raise NothingToUndo
        if event.kind == EventKind.HANDED_OVER:
            undo_release(locked, actor=actor)
            record("step_undone", locked, actor, before=event.after, after=event.before)
            return
        locked.ends_at = None
        changed = ["state", "ends_at"]
        stamp = STAMPS.get(DossierState(locked.state))
        stamped = getattr(locked, stamp) if stamp else None
        if stamp and stamped and event.at - stamped <= UNDO_WITHIN:  # an earlier reception stays
            setattr(locked, stamp, None)
            changed.append(stamp)
        if locked.state == DossierState.IN_PROCESS:
            changed += recall_draft(locked, actor, timezone.now())
        left = locked.state
        undone = undo_to(locked, event.before, actor=actor)
        _restore(locked, left, event)
        locked.save(update_fields=[*changed, "due_at", "original_due_at"])
        undone.save()
        record("step_undone", locked, actor, before=left, after=event.before)


def _restore(dossier: Dossier, left: int, event: DossierEvent) -> None:
    """Withdraw what the step said in writing, before the message is sent, and set the clock as it was."""
    notices = dossier.notices.filter(issued_at__gte=event.at, issued_by=event.actor, withdrawn_at=None)
    notices = notices.exclude(kind=NoticeKind.APOLOGY)  # it moved no state
    subjects = [f"notice:{pk}" for pk in notices.values_list("pk", flat=True)]
    results = Result.objects.filter(dossier=dossier) if left == DossierState.FINISHED else Result.objects.none()
    subjects += [f"result:{pk}" for pk in results.values_list("pk", flat=True)]
    Message.objects.filter(dossier=dossier, subject__in=subjects, sent_at=None).delete()
    notices.update(withdrawn_at=timezone.now())
    for result in results.exclude(signed_by=None):
        _lay_before_signer_again(dossier, result)
    results.delete()
    if left in deadlines.PAUSING:
        dossier.pauses.filter(ended_at=None).delete()
    if dossier.state in deadlines.PAUSING:
        last = dossier.pauses.order_by("-id").first()
        if last:
            last.ended_at = None
            last.save(update_fields=["ended_at"])
    deadlines.count(dossier)


def _lay_before_signer_again(dossier: Dossier, result: Result) -> None:
    """The draft waits as before, in the list of who had signed it."""
    last = dossier.signing_requests.filter(state=SigningState.SIGNED).order_by("-id")[:1]
    dossier.signing_requests.filter(pk__in=last).update(state=SigningState.WAITING, decided_by=None, decided_at=None)
    dossier.assignee = result.signed_by
    dossier.save(update_fields=["assignee"])
