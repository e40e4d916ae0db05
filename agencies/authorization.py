"""Who may do what: the duties of each role, the agencies somebody sees, Django's permissions.

Everything is derived from the roles held today, never stored: a role that ended yesterday opens nothing today.
`is_superuser` stays for the person who installs the system. Each page asks for a duty, never for a role.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache

from .models import Agency, AgencySuccession, Membership, Role, User

#: Who sees every agency.
PROVINCIAL = (Role.PROVINCE_ADMIN, Role.AUDITOR)
#: Who works at one agency and its predecessors.
LOCAL = tuple(role for role in Role if role not in PROVINCIAL)
#: Who may enter the administration.
ADMINISTRATION = frozenset({Role.PROVINCE_ADMIN, Role.AGENCY_ADMIN, Role.AUDITOR})
#: Who administers people and agencies.
ADMINISTRATORS = (Role.AGENCY_ADMIN, Role.PROVINCE_ADMIN)
#: Who moves dossiers and gives out results.
OFFICERS = (Role.RECEPTION_OFFICER, Role.HANDLING_OFFICER, Role.AGENCY_ADMIN)
#: Who examines dossiers, and so may say what an examined one costs; the window that takes it in may not.
EXAMINERS = (Role.HANDLING_OFFICER, Role.AGENCY_ADMIN)
#: Who signs results.
SIGNERS = (Role.SIGNER,)
#: Who works on dossiers at whatever desk.
DOSSIER_STAFF = (Role.RECEPTION_OFFICER, Role.HANDLING_OFFICER, Role.SIGNER, Role.AGENCY_ADMIN)
#: Who answers for the agency: a later date with an apology, a result given out by mistake, personal data erased.
LEADERS = (Role.SIGNER, Role.AGENCY_ADMIN)
#: Who takes cash and cards and may have a drawer.
CASHIERS = (Role.CASHIER, Role.ACCOUNTANT, Role.AGENCY_ADMIN)
#: Who reconciles, closes days, proposes and decides refunds.
ACCOUNTANTS = (Role.ACCOUNTANT, Role.AGENCY_ADMIN, Role.PROVINCE_ADMIN)
#: Who reads the accountants' pages.
ACCOUNTING_READERS = (*ACCOUNTANTS, Role.AUDITOR)

#: Apps whose tables the province's administrators keep; money is read-only there by its own pages.
_OURS = frozenset({"agencies", "procedures", "payments", "dossiers", "portal"})
#: What an agency's administrator may do, within the agency (`agencies/admin`).
_AGENCY_ADMIN = frozenset(
    {
        "agencies.view_agency",
        "agencies.view_auditentry",
        "agencies.view_user",
        "agencies.add_user",
        "agencies.change_user",
        "agencies.view_membership",
        "agencies.view_roleproposal",
        "agencies.add_membership",
        "agencies.change_membership",
        "payments.view_bill",
        "payments.view_contractchange",
        "payments.view_payment",
        "payments.view_receipt",
        "payments.view_discrepancy",
    }
)


def roles_of(user: User, on: date) -> set[str]:
    """Return the roles somebody holds anywhere on a day."""
    return set(Membership.objects.filter(user=user, valid_during__contains=on).values_list("role", flat=True))


def agencies_of(user: User, on: date, roles: tuple[Role, ...] | None = None) -> set[int]:
    """Return the agencies somebody works for on a day, with all their predecessors.

    A successor's officers must find the dossiers of the units it came from; a role at an
    agency that is no more opens nothing. A province admin and an auditor see every agency.
    `roles` narrows which memberships count.
    """
    memberships = Membership.objects.filter(user=user, valid_during__contains=on, agency__valid_during__contains=on)
    if roles is not None:
        memberships = memberships.filter(role__in=roles)
    held = list(memberships.values_list("agency_id", "role"))
    if any(role in PROVINCIAL for _, role in held):
        return set(Agency.objects.values_list("pk", flat=True))
    reached: set[int] = set()
    frontier = {agency_id for agency_id, _ in held}
    while frontier:
        reached |= frontier
        before = AgencySuccession.objects.filter(successor_id__in=frontier, effective_date__lte=on)
        frontier = set(before.values_list("predecessor_id", flat=True)) - reached
    return reached


def roles_today(user: Any) -> set[str]:
    """Return the roles somebody holds today; asked once per request, for each request loads its user."""
    if not isinstance(user, User) or not user.is_active:
        return set()
    if not hasattr(user, "_roles_today"):
        user._roles_today = roles_of(user, timezone.localdate())  # type: ignore[attr-defined]
    return set(user._roles_today)  # type: ignore[attr-defined]


def sees_everything(user: Any) -> bool:
    """Tell whether no list is narrowed for them: the province's administrators and the auditors."""
    return bool(user.is_superuser or roles_today(user) & set(PROVINCIAL))


S = TypeVar("S")
View = Callable[..., HttpResponseBase]


def guarded(view: View, of: Callable[[User], S], admits: Callable[[S, bool], bool], *, name: str) -> View:
    """Give a view of staff what `of` knows of the user; `admits(staff, is_post)` or PermissionDenied.

    `name` marks the view for the test that every address has a guard (tests/authorization/test_guards.py).
    """

    @never_cache
    @login_required
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        staff = of(request.user)  # type: ignore[arg-type]
        if not admits(staff, request.method == "POST"):
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    inner.guard = name  # type: ignore[attr-defined]
    return inner


class RoleBackend(BaseBackend):
    """Answers Django's question "may this user …" from the roles of today."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Tell whether a role of today allows `app.verb_model`."""
        app, _dot, verb = perm.partition(".")
        roles = roles_today(user_obj)
        if app not in _OURS:
            return False
        return (
            Role.PROVINCE_ADMIN in roles
            or (Role.AUDITOR in roles and verb.startswith("view_"))
            or (Role.AGENCY_ADMIN in roles and perm in _AGENCY_ADMIN)
        )

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Tell whether the administration shows an app to somebody."""
        roles = roles_today(user_obj)
        if app_label in _OURS and roles & set(PROVINCIAL):
            return True
        return Role.AGENCY_ADMIN in roles and any(perm.startswith(f"{app_label}.") for perm in _AGENCY_ADMIN)
