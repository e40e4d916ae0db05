"""Consequences of a changed account: sessions ended, second factor removed."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from .audit import record as audit
from .authorization import PROVINCIAL
from .errors import LastProvinceAdmin
from .models import Membership, Role, User
from .signals import credential_changed, invited

#: What counts as a second factor; recovery codes alone do not.
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_LOCK = 4_404_405


def is_within(user: User, agencies: set[int]) -> bool:
    """Tell whether every role somebody holds, or will hold, is an agency's and at one of these agencies.

    Of no role that would be true of everybody: an account without one belongs to the agency that made it. One that is
    proposed for a role of the province is the province's already: its letter shall go where the two have read.
    """
    if user.role_proposals.filter(decided_at=None, role__in=PROVINCIAL).exists():
        return False
    today = timezone.localdate()
    held = user.memberships.filter(Q(valid_during__endswith=None) | Q(valid_during__endswith__gt=today))
    if not held.exists():
        return user.made_by_agency_id in agencies
    return not held.exclude(agency__in=agencies, role__in=set(Role) - set(PROVINCIAL)).exists()


def settle(user: User) -> None:
    """Draw the consequences of a saved account, in the transaction that saved it.

    Sessions of a switched-off account end. Locks against another save of the same kind, so that
    two administrators cannot switch each other off at once. Raises LastProvinceAdmin.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not user.is_active:
            _delete_sessions(user)
        left = Membership.objects.filter(
            role=Role.PROVINCE_ADMIN, valid_during__contains=timezone.localdate(), user__is_active=True
        )
        had = Membership.objects.filter(role=Role.PROVINCE_ADMIN)
        if had.exists() and not left.exists():
            raise LastProvinceAdmin


def live_sessions(user: User) -> QuerySet[UserSession]:
    """Return where somebody is signed in, the one used last first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    sessions: QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=live)
    return sessions.order_by("-last_seen_at")


def end_sessions(user: User, *, actor: User, only: int | None = None) -> int:
    """Sign somebody out everywhere, or of `only` one session, at once; return of how many places. Audited."""
    with transaction.atomic():
        number = _delete_sessions(user, only)
        audit.record("sessions_ended", f"user:{user.pk}", actor=actor, number=number)
    return number


def take_factor_away(user: User, *, actor: User) -> None:
    """Remove the second factors of somebody who lost the phone, and every session with them. Audited."""
    with transaction.atomic():
        kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        Authenticator.objects.filter(user=user).delete()
        _delete_sessions(user)
        note_credential_change("second_factor_removed", user, actor=actor, kinds=kinds)


def invite(user: User, *, actor: User | None) -> None:
    """Let somebody set a password and a factor of their own, by a letter: nobody who knew the old ones gets in.

    For whoever is given a role of the province: the account was another's to open before. Audited.
    """
    with transaction.atomic():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Authenticator.objects.filter(user=user).delete()
        _delete_sessions(user)
        audit.record("invited", f"user:{user.pk}", actor=actor)
        invited.send(sender=User, user=user)


def note_credential_change(change: str, user: User, *, actor: User, **detail: Any) -> None:
    """Audit that a password or second factor of somebody changed, and announce it (`credential_changed`).

    Every place that changes one calls this; `change` is the audit's action. Whoever listens writes to the person.
    """
    audit.record(change, f"user:{user.pk}", actor=actor, **detail)
    credential_changed.send(sender=User, user=user, change=change)


def _delete_sessions(user: User, only: int | None = None) -> int:
    user_sessions = UserSession.objects.filter(user=user, **({} if only is None else {"pk": only}))
    number, _by_model = Session.objects.filter(session_key__in=user_sessions.values("session_key")).delete()
    user_sessions.delete()
    return number
