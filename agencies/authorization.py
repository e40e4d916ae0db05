"""Permissions in the administration, derived from the roles held today, never stored.

`is_superuser` stays for the person who installs the system; the people who run it hold roles
with dates, and a role that ended yesterday opens nothing today.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.utils import timezone

from .models import Role, User
from .scope import roles_of

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
        "agencies.add_membership",
        "agencies.change_membership",
        "payments.view_bill",
        "payments.view_payment",
        "payments.view_receipt",
        "payments.view_discrepancy",
    }
)
ADMINISTRATION = frozenset({Role.PROVINCE_ADMIN, Role.AGENCY_ADMIN, Role.AUDITOR})


def roles_today(user: Any) -> set[str]:
    """Return the roles somebody holds today; asked once per request, for each request loads its user."""
    if not isinstance(user, User) or not user.is_active:
        return set()
    if not hasattr(user, "_roles_today"):
        user._roles_today = roles_of(user, timezone.localdate())  # type: ignore[attr-defined]
    return set(user._roles_today)  # type: ignore[attr-defined]


def sees_everything(user: Any) -> bool:
    """Tell whether no list is narrowed for them: the province's administrators and the auditors."""
    return bool(user.is_superuser or roles_today(user) & {Role.PROVINCE_ADMIN, Role.AUDITOR})


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
        if app_label in _OURS and roles & {Role.PROVINCE_ADMIN, Role.AUDITOR}:
            return True
        return Role.AGENCY_ADMIN in roles and any(perm.startswith(f"{app_label}.") for perm in _AGENCY_ADMIN)
