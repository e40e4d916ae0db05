"""Authorization under `/quay/`: computed once per request, used by every view.

Every role sees the dossiers of its agencies. Officers and the agency's administrator move
dossiers and hand over, whoever examines them sets what only an examination can tell, signers
read them, give out work, sign and extend but serve nobody at the counter, cashiers take
money, auditors and accountants only read. What lies outside the agencies somebody sees is a 404, whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from agencies.authorization import (
    CASHIERS,
    EXAMINERS,
    LEADERS,
    LOCAL,
    OFFICERS,
    SIGNERS,
    View,
    agencies_of,
    guarded,
    roles_of,
)
from agencies.models import Role, User
from dossiers.models import Dossier
from dossiers.models.dossier import DossierQuerySet
from dossiers.processing.versions import as_it_is, with_versions


@dataclass(frozen=True, slots=True)
class DeskStaff:
    """One member of staff today. `works_at` are the agencies of their lists; they may find what they `see`."""

    user: User
    sees: frozenset[int]
    works_at: frozenset[int]
    acts_for: frozenset[int]
    examines_for: frozenset[int]
    signs_for: frozenset[int]
    takes_money_for: frozenset[int]
    leads: frozenset[int]

    @property
    def decides_for(self) -> frozenset[int]:
        """The agencies whose dossiers they work on, at whatever desk."""
        return self.acts_for | self.signs_for

    def dossiers(self) -> DossierQuerySet:
        """Return every dossier they may see."""
        return Dossier.objects.of_agencies(self.sees)

    def dossier(self, code: str) -> Dossier:
        """Return one with its bills, `seen` as it is now. Raises Http404 for another agency's, as for none at all."""
        related = ("hand_over__officer", "result", "postal_order")
        dossiers: Any = with_versions(self.dossiers().with_bills()).select_related(*related)
        dossier: Dossier | None = dossiers.filter(code=code).first()
        if dossier is None:
            raise Http404
        return as_it_is(dossier)

    def dossier_to_act_on(self, code: str) -> Dossier:
        """As `dossier`; raises PermissionDenied where they may look but not touch."""
        dossier = self.dossier(code)
        if dossier.agency_id not in self.acts_for:
            raise PermissionDenied
        return dossier

    def dossier_to_decide(self, code: str) -> Dossier:
        """As `dossier_to_act_on`, for signers too: reading what was sent, deciding."""
        dossier = self.dossier(code)
        if dossier.agency_id not in self.decides_for:
            raise PermissionDenied
        return dossier

    def dossier_to_examine(self, code: str) -> Dossier:
        """As `dossier_to_act_on`, for those only who examine what others took in."""
        dossier = self.dossier(code)
        if dossier.agency_id not in self.examines_for:
            raise PermissionDenied
        return dossier

    def dossier_to_serve(self, code: str) -> Dossier:
        """As `dossier_to_act_on`, for cashiers too: asking the bank, printing."""
        dossier = self.dossier(code)
        if dossier.agency_id not in self.acts_for | self.takes_money_for:
            raise PermissionDenied
        return dossier


def staff_of(user: User) -> DeskStaff:
    """Return what somebody may see and do today; a right that ended yesterday is gone."""
    today = timezone.localdate()
    roles = roles_of(user, today)

    def where(*wanted: Role) -> frozenset[int]:
        held = tuple(role for role in wanted if role in roles)
        return frozenset(agencies_of(user, today, roles=held)) if held else frozenset()

    sees = frozenset(agencies_of(user, today))
    return DeskStaff(
        user=user,
        sees=sees,
        works_at=where(*LOCAL) or sees,
        acts_for=where(*OFFICERS),
        examines_for=where(*EXAMINERS),
        takes_money_for=where(*CASHIERS),
        signs_for=where(*SIGNERS),
        leads=where(*LEADERS),
    )


def for_staff(view: View) -> View:
    """Give a view its `DeskStaff`; refuse whoever holds no role today."""
    return guarded(view, staff_of, lambda staff, is_post: bool(staff.sees), name="staff")
