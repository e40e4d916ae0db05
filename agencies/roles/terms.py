"""Ends and extends roles; each change is an audit entry."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies import people
from agencies.admin_periods import in_words
from agencies.audit import record as audit
from agencies.errors import OwnRole, RoleIsOver
from agencies.models import Membership, User

#: How long before its end a role is shown as ending.
ENDING_SOON = timedelta(days=30)


def end(role: Membership, *, actor: User, today: date | None = None) -> Membership:
    """End a role at once: it opens nothing any more with the next click; one that would begin later never does.

    Locks the role. Raises RoleIsOver, LastProvinceAdmin.
    """
    day = today or timezone.localdate()
    with transaction.atomic():
        locked = _locked(role, day)
        begins = locked.valid_during.lower
        is_begun = begins is None or begins < day
        _set(locked, DateRange(begins, day) if is_begun else DateRange(empty=True), "role_ended", actor)
        people.settle(locked.user)
    return locked


def extend(role: Membership, until: date, *, actor: User, today: date | None = None) -> Membership:
    """Let a role that is not over last to the day before `until`. Locks the role.

    A role that two grant goes on by `grants.propose_longer`. Raises OwnRole, RoleIsOver, and the database's
    IntegrityError when the person holds the same role again later.
    """
    if role.user_id == actor.pk:
        raise OwnRole
    with transaction.atomic():
        locked = _locked(role, today or timezone.localdate())
        _set(locked, DateRange(locked.valid_during.lower, until), "role_extended", actor)
    return locked


def _locked(role: Membership, day: date) -> Membership:
    membership = Membership.objects.select_for_update(of=("self",)).select_related("user", "agency").get(pk=role.pk)
    during = membership.valid_during
    if during.isempty or (during.upper is not None and during.upper <= day):
        raise RoleIsOver
    return membership


def _set(role: Membership, during: DateRange, act: str, actor: User) -> None:
    change = {"field": "valid_during", "before": in_words(role.valid_during), "after": in_words(during)}
    role.valid_during = during
    role.save(update_fields=["valid_during"])
    detail = {"model": "agencies.membership", "name": str(role), "changes": [change]}
    audit.record(act, f"membership:{role.pk}", actor=actor, agency=role.agency, **detail)
