"""Whether two people are two heads: neither gave the other the account or the rights that count."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from .authorization import ACCOUNTANTS
from .models import AuditEntry, Role, RoleProposal, User

#: For so long whoever made or opened an account may still hold its password.
FRESH = timedelta(days=30)
#: Said to whoever is refused by `may_check` and is not the maker.
NOT_TWO_HEADS = _(
    "Một trong hai người đã cấp vai trò cho người kia, giữ khóa của hệ thống đã đề nghị, hoặc vừa lập hay đặt lại "
    "tài khoản của người kia trong 30 ngày, hoặc một người đã mở lại tài khoản của cả hai: không tính là hai người. "
    "Nhờ một đồng nghiệp khác quyết định."
)
_OPENED = ("password_changed", "second_factor_removed")


def may_check(maker: User, checker: User, roles: Collection[str] = ACCOUNTANTS) -> bool:
    """Tell whether one person may agree to what the other proposed: the one rule of every second head.

    Not when they are one person, nor when either alone has granted or extended one of these roles that the other
    holds today, or was one of the two who granted it in the last 30 days, nor when either created the other's
    account, set its password, name or e-mail, or took its second factor away in the last 30 days. `roles` are those by
    which people do such a thing. A connected system is asked about as the people who hold its key
    (`payments/api/clients.py`). Nor when a third person opened the accounts of both in the last 30 days, who may then
    sit before each.
    """
    if maker.pk == checker.pk or _has_made(maker, checker, roles) or _has_made(checker, maker, roles):
        return False
    return not set(_openers(maker)) & set(_openers(checker))


def _openers(person: User) -> list[int]:
    """Who else set a password, took a factor away or changed the e-mail of somebody's account since it was made.

    Not who made it: what it may do was granted by a second person then.
    """
    acts = AuditEntry.objects.filter(subject=f"user:{person.pk}", at__gte=timezone.now() - FRESH)
    changed = Q(action="user_saved", detail__contains={"changes": [{"field": "email"}]})
    made = Q(detail__contains={"changes": [{"field": "username"}]})
    opened = acts.filter(Q(action__in=_OPENED) | (changed & ~made))
    return list(opened.exclude(actor=None).exclude(actor=person).values_list("actor", flat=True))


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
    by_two = RoleProposal.objects.filter(user=made, role__in=roles, is_agreed=True, decided_at__gte=since)
    if by_two.filter(Q(proposed_by=maker) | Q(decided_by=maker)).exists():
        return True
    return AuditEntry.objects.filter(acts, actor=maker).exists()
