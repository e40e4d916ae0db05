"""Undo of a step within a minute, by who made it, a hand-over too; never money."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from agencies.models import User
from dossiers.errors import NothingToUndo
from dossiers.handover.release import undo_release
from dossiers.models import Dossier, DossierEvent, EventKind, Message, NoticeKind, Result, SigningState, Stage
from dossiers.states import DossierState

from . import deadlines
from .transitions import UNDO_WITHIN, record, undo_to
from .versions import STEPS


def last_step(dossier: Dossier, actor: User, now: datetime) -> DossierEvent | None:
    """Return the step that `actor` may still take back, if nothing was done with the dossier after it."""
    event = dossier.events.filter(kind__in=STEPS).order_by("-id").first()
    if event is None or event.kind not in (EventKind.STATE_CHANGED, EventKind.HANDED_OVER):
        return None
    is_mine = event.actor_id == actor.pk and event.after == dossier.state and now - event.at <= UNDO_WITHIN
    return event if is_mine and not _is_followed(dossier, event) else None


def _is_followed(dossier: Dossier, event: DossierEvent) -> bool:
    """Tell whether the dossier was given to somebody or extended after a step; signing gives it out itself."""
    given = dossier.assignments.filter(at__gt=event.at).exclude(giver=event.actor, stage=Stage.RESULT)
    extended = dossier.notices.filter(issued_at__gt=event.at, kind=NoticeKind.APOLOGY)
    return given.exists() or extended.exists()


def undo(dossier: Dossier, *, actor: User) -> None:
    """Put the dossier back to where it was before its last step. Locks it. Raises NothingToUndo.

    All that the step took away stands again: the draft before its signer, who held the dossier, the clock. The
    timeline keeps both lines: what was done, and that it was taken back.
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
        left = locked.state
        undone = undo_to(locked, event.before, actor=actor)
        _withdraw(locked, left, event)
        locked.save(update_fields=[*_restore(locked, left, event), "state", "due_at", "original_due_at"])
        undone.save()
        record("step_undone", locked, actor, before=left, after=event.before)


def _withdraw(dossier: Dossier, left: int, event: DossierEvent) -> None:
    """Withdraw what the step said in writing, before the message is sent."""
    notices = dossier.notices.filter(issued_at__gte=event.at, issued_by=event.actor, withdrawn_at=None)
    notices = notices.exclude(kind=NoticeKind.APOLOGY)  # it moved no state
    subjects = [f"notice:{pk}" for pk in notices.values_list("pk", flat=True)]
    results = Result.objects.filter(dossier=dossier) if left == DossierState.FINISHED else Result.objects.none()
    subjects += [f"result:{pk}" for pk in results.values_list("pk", flat=True)]
    Message.objects.filter(dossier=dossier, subject__in=subjects, sent_at=None).delete()
    notices.update(withdrawn_at=timezone.now())
    results.delete()


def _restore(dossier: Dossier, left: int, event: DossierEvent) -> list[str]:
    """Give back what the step took away, the clock too, and return the columns to save."""
    changed = ["ends_at", "assignee"]
    dossier.ends_at, dossier.assignee_id = None, event.replaced.get("assignee")
    if stamp := event.replaced.get("stamp"):
        setattr(dossier, stamp, None)
        changed.append(stamp)
    if draft := event.replaced.get("draft"):
        dossier.signing_requests.filter(pk=draft).update(
            state=SigningState.WAITING, decided_by=None, decided_at=None, reason=""
        )
    if left in deadlines.PAUSING:
        dossier.pauses.filter(ended_at=None).delete()
    if dossier.state in deadlines.PAUSING:
        last = dossier.pauses.order_by("-id").first()
        if last:
            last.ended_at = None
            last.save(update_fields=["ended_at"])
    deadlines.count(dossier)
    return changed
