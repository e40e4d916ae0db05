"""Signing: a draft goes to a signer and comes back signed (4 → 9) or with a reason.

An agency with a signer has its results signed here, by another person than who drafted them.
One without records the number, date and signer of a paper (`decisions.record_result`).
Every verb locks the dossier first, so that of two answers one counts; a dossier that leaves
state 4 otherwise takes its draft back (`transitions.advance`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies.authorization import SIGNERS
from agencies.independence import may_check
from agencies.models import User
from dossiers.attachments.validation import Paper
from dossiers.errors import NotIndependent, NotSignable, OwnDraft
from dossiers.messages.outbox import tell
from dossiers.models import Assignment, Dossier, DossierEvent, EventKind, Result, SigningRequest, SigningState, Stage
from dossiers.states import DossierState
from payments.models.bills import new_token

from .decisions import colleagues, locked
from .transitions import UNDO_WITHIN, advance, record


@dataclass(frozen=True, slots=True)
class Standing:
    """Signing state of a dossier: the waiting request, and whether the agency has a signer at all."""

    waiting: SigningRequest | None
    has_signer: bool


def standing_of(dossier: Dossier) -> Standing:
    """Return the signing state of a dossier today."""
    return Standing(waiting_for([dossier]).get(dossier.pk), signers(dossier).exists())


def waiting_for(dossiers: Iterable[Dossier]) -> dict[int, SigningRequest]:
    """Return the draft that waits for each dossier, if one does; one query, however many dossiers."""
    worked_on = [each.pk for each in dossiers if each.state == DossierState.IN_PROCESS]
    if not worked_on:
        return {}
    signing_requests = SigningRequest.objects.filter(dossier__in=worked_on, state=SigningState.WAITING)
    return {each.dossier_id: each for each in signing_requests.select_related("submitted_by", "submitted_to")}


def signers(dossier: Dossier) -> QuerySet[User]:
    """Return who may sign for a dossier's agency today."""
    return colleagues(dossier, SIGNERS)


def submit(dossier: Dossier, *, number: str, draft: Paper, to: User, actor: User, note: str = "") -> SigningRequest:
    """Put a draft before a signer.

    Raises NotSignable: not in process, one waits already, or nobody to sign; NotIndependent.
    """
    with transaction.atomic(durable=True):
        locked_dossier = locked(dossier)
        is_waiting = locked_dossier.signing_requests.filter(state=SigningState.WAITING).exists()
        _check_two_heads(actor, to)
        may_sign = signers(locked_dossier).filter(pk=to.pk).exists()
        if locked_dossier.state != DossierState.IN_PROCESS or is_waiting or not may_sign:
            raise NotSignable
        request = SigningRequest(
            dossier=locked_dossier, number=number, note=note[:255], submitted_by=actor, submitted_to=to
        )
        request.file.save(f"{new_token()}{draft.suffix}", ContentFile(draft.content))
        _give(locked_dossier, Stage.SIGNING, giver=actor, taker=to, note=f"{number} {note}".strip())
        DossierEvent.objects.create(dossier=locked_dossier, kind=EventKind.SIGNING_ASKED, actor=actor, note=number)
        record("signing_asked", locked_dossier, actor, number=number, signer=to.pk)
    return request


def sign(request: SigningRequest, *, actor: User, number: str, signed: Paper | None = None) -> Result:
    """Sign the draft that was seen, and finish the dossier (4 → 9) under the signer's own name.

    `signed` takes the draft's place where the signature stands in a file of its own.
    Raises NotSignable when it was answered or recalled since, or is one's own; NotIndependent, IllegalDossierMove.
    """
    with transaction.atomic(durable=True):
        dossier, waiting = _locked_waiting(request, DossierState.FINISHED)
        _check_two_heads(waiting.submitted_by, actor)
        _answer(waiting, SigningState.SIGNED, actor)
        advance(dossier, DossierState.FINISHED, actor=actor, note=number[:255], draft=waiting)
        result = Result(
            dossier=dossier,
            number=number,
            signed_on=timezone.localdate(),
            signer=str(actor)[:120],
            signed_by=actor,
            recorded_by=actor,
        )
        if signed:
            result.file.save(f"{new_token()}{signed.suffix}", ContentFile(signed.content), save=False)
        else:
            result.file.name = waiting.file.name
        result.save()
        _give(dossier, Stage.RESULT, giver=actor, taker=_who_took_it_in(dossier) or waiting.submitted_by, note=number)
        record("sign", dossier, actor, number=number)
        tell(dossier, "result_ready", f"result:{result.pk}", at=timezone.now() + UNDO_WITHIN)
    return result


def send_back(request: SigningRequest, *, actor: User, reason: str) -> None:
    """Give a draft back to who made it, with the reason. Raises NotSignable."""
    with transaction.atomic(durable=True):
        dossier, waiting = _locked_waiting(request)
        _answer(waiting, SigningState.SENT_BACK, actor, reason)
        _give(dossier, Stage.HANDLING, giver=actor, taker=waiting.submitted_by, note=reason)
        DossierEvent.objects.create(dossier=dossier, kind=EventKind.SENT_BACK, actor=actor, note=reason[:255])
        record("signing_sent_back", dossier, actor, reason=reason)


def recall(request: SigningRequest, *, actor: User, note: str = "") -> None:
    """Take a draft back before it is signed, to mend it or to put it before another. Raises NotSignable."""
    with transaction.atomic(durable=True):
        dossier, waiting = _locked_waiting(request)
        _answer(waiting, SigningState.RECALLED, actor, note)
        _give(dossier, Stage.HANDLING, giver=waiting.submitted_to, taker=actor, note=note)
        DossierEvent.objects.create(dossier=dossier, kind=EventKind.SENT_BACK, actor=actor, note=note[:255])
        record("signing_recalled", dossier, actor, number=waiting.number)


def _locked_waiting(request: SigningRequest, after: int = 0) -> tuple[Dossier, SigningRequest]:
    dossier = locked(request.dossier, after)
    waiting = SigningRequest.objects.filter(pk=request.pk, dossier=dossier, state=SigningState.WAITING).first()
    if waiting is None:
        raise NotSignable
    return dossier, waiting


def _check_two_heads(maker: User, signer: User) -> None:
    if maker.pk == signer.pk:
        raise OwnDraft
    if not may_check(maker, signer, SIGNERS):
        raise NotIndependent


def _answer(waiting: SigningRequest, state: SigningState, actor: User, reason: str = "") -> None:
    waiting.state, waiting.decided_by, waiting.decided_at, waiting.reason = state, actor, timezone.now(), reason[:255]
    waiting.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def _give(dossier: Dossier, stage: Stage, *, giver: User, taker: User, note: str) -> None:
    Assignment.objects.create(dossier=dossier, stage=stage, giver=giver, taker=taker, note=note[:255])
    dossier.assignee = taker
    dossier.save(update_fields=["assignee"])


def _who_took_it_in(dossier: Dossier) -> User | None:
    """Return whose desk the result goes to: who accepted the dossier, while they work there."""
    event = dossier.events.filter(after=DossierState.ACCEPTED, actor__isnull=False).order_by("-id").first()
    return colleagues(dossier).filter(pk=event.actor_id).first() if event and event.actor_id else None
