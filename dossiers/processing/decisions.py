"""Decisions of officers: request papers, refuse, stop, extend, resume, assign, record the result.

Each verb locks the dossier, refuses when it has moved since the officer saw it, moves it through
`transitions.advance` and writes what it means, in one transaction. A message to the citizen waits for
the minute in which the step can be undone.
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies.authorization import DOSSIER_STAFF
from agencies.models import AgencySuccession, Membership, Role, User
from dossiers.attachments.validation import Paper
from dossiers.errors import IllegalDossierMove, NotAssignable, NotExtendable, NothingOwed, StillOwed
from dossiers.messages.outbox import tell
from dossiers.models import Assignment, Dossier, NoticeKind, Result, SigningState, WrittenNotice
from dossiers.models.processing import Stage
from dossiers.states import DossierState
from payments.models import Bill
from payments.models.bills import new_token

from . import deadlines
from .transitions import UNDO_WITHIN, advance, record
from .versions import check_seen

_LEADS_TO = {
    NoticeKind.SUPPLEMENT: DossierState.SUPPLEMENT,
    NoticeKind.REFUSAL: DossierState.REFUSED,
    NoticeKind.STOP: DossierState.STOPPED,
}


def locked(dossier: Dossier, after: int = 0) -> Dossier:
    """Return the dossier under lock, inside the caller's transaction.

    Raises IllegalDossierMove when a colleague has moved it since `dossier` was read, or since the form was opened.
    """
    locked_dossier = Dossier.objects.select_for_update(of=("self",)).select_related("case", "agency").get(pk=dossier.pk)
    if locked_dossier.state != dossier.state:
        raise IllegalDossierMove(locked_dossier.state, after)
    check_seen(dossier)
    return locked_dossier


def give_notice(dossier: Dossier, kind: NoticeKind, *, actor: User, reason: str, items: str = "") -> WrittenNotice:
    """Ask for papers, refuse or stop, in writing. Raises IllegalDossierMove."""
    with transaction.atomic(durable=True):
        locked_dossier = locked(dossier, _LEADS_TO[kind])
        advance(locked_dossier, _LEADS_TO[kind], actor=actor, note=reason[:255])
        notice = WrittenNotice.objects.create(
            dossier=locked_dossier,
            kind=kind,
            reason=reason,
            items=items,
            issued_by=actor,
            due_before=locked_dossier.due_at,
        )
        _tell(notice)
    return notice


def extend(dossier: Dossier, until: datetime, *, actor: User, reason: str) -> WrittenNotice:
    """Apologise and set a later date; the old one stays on record.

    Raises NotExtendable for a date that is not later, or a dossier nobody works on.
    """
    with transaction.atomic(durable=True):
        locked_dossier = locked(dossier)
        in_work = locked_dossier.state in (DossierState.ACCEPTED, DossierState.IN_PROCESS)
        if not in_work or (locked_dossier.due_at and until <= locked_dossier.due_at) or until <= timezone.now():
            raise NotExtendable
        notice = WrittenNotice.objects.create(
            dossier=locked_dossier,
            kind=NoticeKind.APOLOGY,
            reason=reason,
            issued_by=actor,
            due_before=locked_dossier.due_at,
            due_after=until,
        )
        deadlines.count(locked_dossier)
        locked_dossier.save(update_fields=["due_at", "original_due_at"])
        record("extend", locked_dossier, actor, reason=reason)
        _tell(notice)
    return notice


def _tell(notice: WrittenNotice) -> None:
    due = f"{timezone.localtime(notice.due_after):%d/%m/%Y}" if notice.due_after else ""
    tell(notice.dossier, notice.kind, f"notice:{notice.pk}", at=timezone.now() + UNDO_WITHIN, due=due)


def go_on(dossier: Dossier, after: DossierState, *, actor: User | None, note: str = "") -> None:
    """Move along an edge that needs no writing: papers came, money is awaited, the citizen withdraws.

    Waiting for money ends by itself when it comes, so it needs something owed, and cannot be
    left for work while it is. Locks the bills first: money that comes now is seen or waits.
    Without `actor` it is the citizen who moves it.
    Raises IllegalDossierMove, NothingOwed, StillOwed.
    """
    with transaction.atomic(durable=True):
        list(Bill.objects.filter(pk__in=dossier.bill_links.values("bill")).select_for_update().order_by("pk"))
        locked_dossier = locked(dossier, after)
        if after == DossierState.FINANCIAL_OBLIGATION and locked_dossier.is_settled:
            raise NothingOwed
        is_awaiting = locked_dossier.state == DossierState.FINANCIAL_OBLIGATION
        if is_awaiting and after == DossierState.IN_PROCESS and not locked_dossier.is_settled:
            raise StillOwed
        advance(locked_dossier, after, actor=actor, note=note[:255])


def assign(dossier: Dossier, taker: User, stage: Stage, *, actor: User, note: str = "") -> Assignment:
    """Give a dossier to a colleague of its agency.

    Raises NotAssignable for anybody else, for what is over, and while its draft lies with a signer.
    """
    with transaction.atomic(durable=True):
        locked_dossier = locked(dossier)
        is_over = locked_dossier.state in (DossierState.RETURNED, DossierState.REFUSED, DossierState.WITHDRAWN)
        is_with_signer = locked_dossier.signing_requests.filter(state=SigningState.WAITING).exists()
        if is_over or is_with_signer or not colleagues(locked_dossier).filter(pk=taker.pk).exists():
            raise NotAssignable
        assignment = Assignment.objects.create(
            dossier=locked_dossier, stage=stage, giver=actor, taker=taker, note=note[:255]
        )
        locked_dossier.assignee = taker
        locked_dossier.save(update_fields=["assignee"])
        record("assigned", locked_dossier, actor, stage=stage, taker=taker.pk)
    return assignment


def colleagues(dossier: Dossier, roles: tuple[Role, ...] = DOSSIER_STAFF) -> QuerySet[User]:
    """Return who may work on a dossier today: officers and leaders of its agency or of a successor."""
    today = timezone.localdate()
    agencies = {dossier.agency_id}
    frontier = agencies
    while frontier:
        later = AgencySuccession.objects.filter(predecessor_id__in=frontier, effective_date__lte=today)
        frontier = set(later.values_list("successor_id", flat=True)) - agencies
        agencies |= frontier
    held = Membership.objects.filter(agency__in=agencies, role__in=roles, valid_during__contains=today)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("full_name", "username")


def record_result(
    dossier: Dossier, *, number: str, signed_on: date, signer: str, actor: User, paper: Paper | None = None
) -> Result:
    """Write down what came out and finish the dossier (4 → 9). Raises IllegalDossierMove."""
    with transaction.atomic(durable=True):
        locked_dossier = locked(dossier, DossierState.FINISHED)
        advance(locked_dossier, DossierState.FINISHED, actor=actor, note=number[:255])
        result = Result.objects.create(
            dossier=locked_dossier, number=number, signed_on=signed_on, signer=signer, recorded_by=actor
        )
        if paper:
            result.file.save(f"{new_token()}{paper.suffix}", ContentFile(paper.content))
        tell(locked_dossier, "result_ready", f"result:{result.pk}", at=timezone.now() + UNDO_WITHIN)
    return result
