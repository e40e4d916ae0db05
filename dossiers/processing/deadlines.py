"""Due dates: counted from reception, moved by pauses and extensions; the first date is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from dossiers.models import Channel, ClockPause, Dossier, NoticeKind
from dossiers.states import DossierState
from procedures.calendar import days, working_time
from procedures.calendar.working_time import Pause
from procedures.models.procedure import CollectWhen

#: Awaiting papers, money or a decision to go on: the clock is paused (docs/reference/domain.md#deadlines).
PAUSING = frozenset({DossierState.SUPPLEMENT, DossierState.FINANCIAL_OBLIGATION, DossierState.STOPPED})


def follow(dossier: Dossier, before: int, after: int, now: datetime) -> None:
    """Open or close a pause as a dossier goes from state to state, and count its date anew.

    The caller holds the row's lock and saves `due_at` and `original_due_at`.
    """
    if before in PAUSING:
        dossier.pauses.filter(ended_at=None).update(ended_at=now)
    if after in PAUSING:
        ClockPause.objects.create(dossier=dossier, state=after, started_at=now)
    if after == DossierState.ACCEPTED or before in PAUSING:
        count(dossier)


def count(dossier: Dossier) -> None:
    """Set `due_at` and `original_due_at` from reception, pauses and the last extension. Writes nothing.

    What stood still before reception does not count: the clock had not begun. An extension
    is a new date; what pauses take after it moves that date on.
    """
    start = dossier.received_at or dossier.submitted_at
    case = dossier.case
    ended = dossier.pauses.filter(ended_at__gt=start).values_list("started_at", "ended_at")
    value, unit = case.duration_by(dossier.channel), case.duration_unit
    pauses = [Pause(max(began, start), end) for began, end in ended if end]
    dossier.original_due_at = days.due_at(start, value, unit, agency=dossier.agency)
    extensions = dossier.notices.filter(kind=NoticeKind.APOLOGY, withdrawn_at=None)
    if last := extensions.order_by("-id").first():
        later = [pause for pause in pauses if pause.started >= last.issued_at]
        dossier.due_at = last.due_after
        if later and last.due_after:
            # It names a day. Counted from its noon, or a late hour would be taken for a day more.
            noon = timezone.localtime(last.due_after).replace(hour=12, minute=0)
            dossier.due_at = days.due_at(noon, 0, "working_day", agency=dossier.agency, pauses=later)
    else:
        dossier.due_at = days.due_at(start, value, unit, agency=dossier.agency, pauses=pauses)


def reception_deadlines(dossiers: Iterable[Dossier]) -> dict[int, datetime]:
    """Return until when each new online dossier must be answered: 8 working hours, from a late payment anew.

    One whose fee comes first and is not paid has no date yet. Reads `bills`; two queries,
    however many dossiers.
    """
    new = [dossier for dossier in dossiers if dossier.state == DossierState.SUBMITTED]
    begun = {dossier: began for dossier in new if (began := _reception_began(dossier))}
    if not begun:
        return {}
    first = timezone.localdate(min(dossier.submitted_at for dossier in begun))
    calendars = days.calendars_from(first, [dossier.agency for dossier in begun])
    return {
        dossier.pk: working_time.reception_deadline(calendars[dossier.agency_id], *began)
        for dossier, began in begun.items()
    }


def _reception_began(dossier: Dossier) -> tuple[datetime, datetime | None] | None:
    """Return when it was submitted and when its fee was paid, as far as reception waited for the fee."""
    if dossier.channel != Channel.ONLINE:
        return None
    submitted = timezone.localtime(dossier.submitted_at)
    if dossier.case.collect_when != CollectWhen.ON_SUBMIT:
        return submitted, None
    if not dossier.is_settled:
        return None
    paid = [bill.settled_at for bill in dossier.bills.all() if bill.settled_at]
    return submitted, timezone.localtime(max(paid)) if paid else None
