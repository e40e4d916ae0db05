"""Template context of a dossier's page: whose turn it is, who opened it, rating."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from agencies.models import AuditEntry, Role
from dossiers.models import Dossier, Rating
from dossiers.states import PAYMENT_HOLDS, DossierState
from payments.checkout.attempts import attempts_of
from payments.models import Bill
from payments.refunds.status import Returned
from payments.states import BillState

from . import progress
from .todo import todo

#: How many of the newest accesses are shown.
LOOKS = 20
SCORES = [
    (5, gettext_lazy("Rất hài lòng")),
    (4, gettext_lazy("Hài lòng")),
    (3, gettext_lazy("Bình thường")),
    (2, gettext_lazy("Không hài lòng")),
    (1, gettext_lazy("Rất không hài lòng")),
]


class RatingForm(forms.Form):
    """Five faces' worth, and words."""

    score = forms.TypedChoiceField(
        label=gettext_lazy("Bạn hài lòng thế nào?"), choices=SCORES, coerce=int, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("Góp ý"),
        help_text=gettext_lazy("Đừng ghi thông tin cá nhân."),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody of the staff opened the dossier: when, of which agency, in which role, why. Never a name.

    `why` is what was being done with the dossier at that moment.
    """

    at: datetime
    agency: str
    role: str
    why: str


def context_of(dossier: Dossier) -> dict[str, Any]:
    """Return what the dossier's page shows of its way. Reads `bills`."""
    turn = progress.turn(dossier)
    due = None if turn.is_over and dossier.state != DossierState.RETURNED else dossier.due_at
    is_rateable = dossier.state == DossierState.RETURNED and not Rating.objects.filter(dossier=dossier).exists()
    return {
        "way": progress.steps(dossier),
        "turn": turn,
        "left": todo(dossier),
        "owes": _owes(dossier),
        "timeline": timeline(dossier),
        "days_left": progress.working_days_left(dossier, timezone.localdate()),
        "due": progress.in_words(due) if due else "",
        "first_due": progress.in_words(dossier.original_due_at)
        if dossier.original_due_at and dossier.original_due_at != dossier.due_at
        else "",
        "looks": looks_at(dossier),
        "rating": RatingForm() if is_rateable else None,
    }


def _owes(dossier: Dossier) -> bool:
    """Whether something is to be paid, now or once an officer has set it."""
    return dossier.awaits_amount or any(bill.missing_amount for bill in dossier.bills.all())


def surplus_beside_debt(dossier: Dossier, returned: Iterable[Returned]) -> dict[str, int]:
    """Return what was paid too much and is not back yet, beside what is owed, whole đồng; nothing for one alone."""
    surplus = sum(each.amount for each in returned if each.is_surplus and each.due_at and not each.done_at)
    owed = 0 if dossier.payment_hold else sum(bill.missing_amount for bill in dossier.bills.all())
    return {"surplus": surplus, "owed": owed} if surplus and owed else {}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a dossier's course."""

    at: datetime
    text: str
    amount: int = 0


def timeline(dossier: Dossier) -> list[Line]:
    """Return its course, with every sum that came where a bill was not paid at once. Reads `events` and `bills`."""
    lines = [Line(event.at, event.in_words, event.amount) for event in dossier.events.all()]
    for bill in dossier.bills.all():
        transfers = [transfer for attempt in attempts_of(bill) for transfer in attempt.transfers]
        if [transfer.amount for transfer in transfers] not in ([], [bill.amount]):
            lines += [Line(each.at, gettext("Đã nhận tiền"), each.amount) for each in transfers]
    return sorted(lines, key=lambda line: line.at)


def shown_bills(dossier: Dossier) -> list[Bill]:
    """Return the bills its page shows: not those that were closed while it goes on, for nobody has to pay them."""
    bills = list(dossier.bills.all())
    if dossier.state in PAYMENT_HOLDS:
        return bills
    return [bill for bill in bills if bill.state != BillState.CANCELLED or bill.received_amount]


def looks_at(dossier: Dossier) -> list[Look]:
    """Return who opened a dossier, newest first.

    See docs/security.md#how-rights-work-here: the citizen sees the office, not the person.
    """
    seen = AuditEntry.objects.filter(subject=f"dossier:{dossier.code}", action="view", actor__isnull=False)
    entries = list(seen.select_related("actor", "agency").prefetch_related("actor__memberships__agency")[:LOOKS])
    return [_look(entry, dossier) for entry in entries]


def _state_at(dossier: Dossier, moment: datetime) -> str:
    """Return what the dossier was at a moment; reads the prefetched `events`, oldest first."""
    states = [event.after for event in dossier.events.all() if event.after and event.at <= moment]
    return str(DossierState(states[-1] if states else DossierState.SUBMITTED).label)


def _look(entry: AuditEntry, dossier: Dossier) -> Look:
    day = timezone.localdate(entry.at)
    held = [each for each in entry.actor.memberships.all() if day in each.valid_during] if entry.actor else []
    # Who holds several roles looked as what they are at the dossier's own agency.
    held.sort(key=lambda membership: membership.agency_id != dossier.agency_id)
    place = held[0].agency.name if held else (entry.agency.name if entry.agency else "")
    return Look(entry.at, place, str(Role(held[0].role).label) if held else "", _state_at(dossier, entry.at))
