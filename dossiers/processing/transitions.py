"""State transitions of dossiers, the only writes of `Dossier.state`: forward, back to the desk, a step undone.

Each way has its table of edges in `states` and its event. `tests/state_writes.py` refuses every other write.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from dossiers.models import Dossier, DossierEvent, EventKind, SigningRequest, SigningState
from dossiers.states import PUT_BACK_EDGES, UNDO_EDGES, DossierState, check_move

from . import deadlines
from .versions import check_seen

#: What is written down when a dossier enters a state.
STAMPS = {
    DossierState.ACCEPTED: "received_at",
    DossierState.FINISHED: "finished_at",
    DossierState.RETURNED: "returned_at",
}
#: A step can be taken back for so long; what cannot be taken back waits for it.
UNDO_WITHIN = timedelta(seconds=60)
#: What is over without a result.
ENDED = (DossierState.REFUSED, DossierState.WITHDRAWN)


def advance(
    dossier: Dossier,
    after: DossierState,
    *,
    actor: User | None = None,
    note: str = "",
    draft: SigningRequest | None = None,
) -> None:
    """Move a dossier along a listed edge and write its event, and what an officer did into the audit.

    The caller holds the row's lock, and records a hand-over, of which there is more to say. `draft` is the one that
    this step has answered. What the step takes away is kept in its event, for undoing it. Raises IllegalDossierMove.
    """
    check_move(dossier.state, after)
    before, dossier.state = dossier.state, after
    now = timezone.now()
    replaced: dict[str, object] = {"assignee": dossier.assignee_id}
    dossier.ends_at = now + UNDO_WITHIN if after in ENDED else None
    changed = ["state", "ends_at", "assignee"]
    stamp = STAMPS.get(after)
    if stamp and getattr(dossier, stamp) is None:  # papers that come later do not make reception later
        setattr(dossier, stamp, now)
        changed.append(stamp)
        replaced["stamp"] = stamp
    if before == DossierState.IN_PROCESS and (draft := draft or _recall_draft(dossier, actor, now)):
        replaced["draft"] = draft.pk
    deadlines.follow(dossier, before, after, now)
    dossier.save(update_fields=[*changed, "due_at", "original_due_at"])
    kind = EventKind.HANDED_OVER if after == DossierState.RETURNED else EventKind.STATE_CHANGED
    DossierEvent.objects.create(
        dossier=dossier, kind=kind, before=before, after=after, actor=actor, note=note, replaced=replaced
    )
    if actor and after != DossierState.RETURNED:
        record(f"state_{DossierState(after).name.lower()}", dossier, actor, before=before)


def record(action: str, dossier: Dossier, actor: User, **detail: object) -> None:
    """Write into the audit what an officer did with a dossier, in the caller's transaction."""
    audit.record(action, f"dossier:{dossier.code}", actor=actor, agency=dossier.agency, **detail)


def put_back(dossier: Dossier, *, actor: User, note: str) -> None:
    """Let a result that was given out lie at the desk again (10 → 9), and write its event.

    The caller holds the row's lock. Raises IllegalDossierMove.
    """
    after = DossierState.FINISHED
    check_move(dossier.state, after, PUT_BACK_EDGES)
    before, dossier.state, dossier.returned_at = dossier.state, after, None
    dossier.save(update_fields=["state", "returned_at"])
    kind = EventKind.HAND_OVER_UNDONE
    DossierEvent.objects.create(dossier=dossier, kind=kind, before=before, after=after, actor=actor, note=note[:255])


def undo_to(dossier: Dossier, after: int, *, actor: User) -> DossierEvent:
    """Set a locked dossier back to where a step began, and return the event, to be saved with the rest it undoes.

    Raises IllegalDossierMove.
    """
    check_move(dossier.state, after, UNDO_EDGES)
    before, dossier.state = dossier.state, after
    return DossierEvent(dossier=dossier, kind=EventKind.STEP_UNDONE, before=before, after=after, actor=actor)


def _recall_draft(dossier: Dossier, actor: User | None, now: datetime) -> SigningRequest | None:
    """Take back what lies with a signer, unsigned, and return it: the officer goes on with it."""
    waiting = dossier.signing_requests.filter(state=SigningState.WAITING).first()
    if waiting is None:
        return None
    waiting.state, waiting.decided_by, waiting.decided_at = SigningState.RECALLED, actor, now
    waiting.save(update_fields=["state", "decided_by", "decided_at"])
    dossier.assignee_id = waiting.submitted_by_id
    return waiting


def move(dossier: Dossier, after: DossierState, *, actor: User) -> None:
    """Lock the dossier and advance it from the state the officer saw. Raises IllegalDossierMove."""
    with transaction.atomic(durable=True):
        locked = Dossier.objects.select_for_update().get(pk=dossier.pk)
        check_seen(dossier)
        advance(locked, after, actor=actor)
