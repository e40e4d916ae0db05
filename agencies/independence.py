"""Whether two people are two heads: neither gave the other the account or the rights that count."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone, translation

from .models import AuditEntry, Role, User

#: For so long whoever made or opened an account may still hold its password.
FRESH = timedelta(days=30)
_OPENED = ("password_changed", "second_factor_removed")


def are_independent(one: User, other: User, roles: Collection[str]) -> bool:
    """Tell whether neither has granted or extended one of these roles that the other holds today.

    Nor created the other's account, set its password or name, or took its second factor away, in the last 30 days.
    """
    return not (_has_made(one, other, roles) or _has_made(other, one, roles))


def _has_made(maker: User, made: User, roles: Collection[str]) -> bool:
    held = list(made.memberships.filter(role__in=roles, valid_during__contains=timezone.localdate()))
    since = timezone.now() - FRESH
    is_person = Q(subject=f"user:{made.pk}")
    acts = is_person & Q(action__in=_OPENED, at__gte=since)
    for field in ("username", "email"):
        acts |= is_person & Q(action="user_saved", at__gte=since, detail__contains={"changes": [{"field": field}]})
    with translation.override("vi"):  # the language of the audit
        labels = {str(Role(role.role).label) for role in held}
    for label in labels:
        granted = {"model": "agencies.membership", "field": "role", "after": label}
        acts |= is_person & Q(action="user_saved", detail__contains={"changes": [granted]})
    if held:
        acts |= Q(subject__in=[f"membership:{role.pk}" for role in held], action="role_extended")
    return AuditEntry.objects.filter(acts, actor=maker).exists()
