"""Authorization under `/quay/`: computed once per request, used by every view.

Every role sees the dossiers of its agencies. Officers and the agency's administrator move
dossiers and hand over, whoever examines them sets what only an examination can tell, signers
read them, give out work, sign and extend but serve nobody at the counter, cashiers take
money, auditors and accountants only read. What lies outside the agencies somebody sees is a 404, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache

from agencies.models import Role, User
from agencies.scope import agencies_of, roles_of
from dossiers.models import Dossier
from dossiers.models.dossier import DossierQuerySet

#: Who moves dossiers and gives out results.
OFFICERS = (Role.RECEPTION_OFFICER, Role.HANDLING_OFFICER, Role.AGENCY_ADMIN)
#: Who examines them, and so may say what an examined dossier costs; the window that takes it in may not.
EXAMINERS = (Role.HANDLING_OFFICER, Role.AGENCY_ADMIN)
#: Who signs what comes out.
SIGNERS = (Role.SIGNER,)
#: Who answers for the agency: a later date with an apology, a result given out by mistake, personal data erased.
LEADERS = (Role.SIGNER, Role.AGENCY_ADMIN)
#: Who may have a drawer (payments/accounting/access.py).
CASHIERS = (Role.CASHIER, Role.ACCOUNTANT, Role.AGENCY_ADMIN)
_LOCAL = tuple(role for role in Role if role not in (Role.PROVINCE_ADMIN, Role.AUDITOR))
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Staff:
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
        """Return one with its bills. Raises Http404 for another agency's, as for none at all."""
        related = ("hand_over__officer", "result", "postal_order")
        found = self.dossiers().with_bills().select_related(*related).filter(code=code).first()
        if found is None:
            raise Http404
        return found

    def dossier_to_act_on(self, code: str) -> Dossier:
        """As `dossier`; raises PermissionDenied where they may look but not touch."""
        found = self.dossier(code)
        if found.agency_id not in self.acts_for:
            raise PermissionDenied
        return found

    def dossier_to_decide(self, code: str) -> Dossier:
        """As `dossier_to_act_on`, for signers too: reading what was sent, deciding."""
        found = self.dossier(code)
        if found.agency_id not in self.decides_for:
            raise PermissionDenied
        return found

    def dossier_to_examine(self, code: str) -> Dossier:
        """As `dossier_to_act_on`, for those only who examine what others took in."""
        found = self.dossier(code)
        if found.agency_id not in self.examines_for:
            raise PermissionDenied
        return found

    def dossier_to_serve(self, code: str) -> Dossier:
        """As `dossier_to_act_on`, for cashiers too: asking the bank, printing."""
        found = self.dossier(code)
        if found.agency_id not in self.acts_for | self.takes_money_for:
            raise PermissionDenied
        return found


def staff_of(user: User) -> Staff:
    """Return what somebody may see and do today; a right that ended yesterday is gone."""
    today = timezone.localdate()
    roles = roles_of(user, today)

    def where(*wanted: Role) -> frozenset[int]:
        held = tuple(role for role in wanted if role in roles)
        return frozenset(agencies_of(user, today, roles=held)) if held else frozenset()

    sees = frozenset(agencies_of(user, today))
    return Staff(
        user=user,
        sees=sees,
        works_at=where(*_LOCAL) or sees,
        acts_for=where(*OFFICERS),
        examines_for=where(*EXAMINERS),
        takes_money_for=where(*CASHIERS),
        signs_for=where(*SIGNERS),
        leads=where(*LEADERS),
    )


def for_staff(view: View) -> View:
    """Give a view its `Staff`; refuse whoever holds no role today."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        staff = staff_of(request.user)  # type: ignore[arg-type]
        if not staff.sees:
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    guarded.guard = "staff"  # type: ignore[attr-defined]  # tests/authorization/test_guards.py
    return guarded
