"""Roles that move money or give rights are granted by two: one administrator proposes, another agrees.

The membership is made when the second has agreed. The installer makes the first administrators
(`manage.py make_administrator`).
"""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies import people
from agencies.admin_periods import in_words
from agencies.audit import record as audit
from agencies.authorization import PROVINCIAL
from agencies.errors import AdministratorOfMoney, AlreadyDecided, AlreadyProposed, NotTwoHeads, OwnRole, RoleIsOver
from agencies.independence import may_check
from agencies.models import Membership, Role, RoleProposal, User

#: What one administrator alone does not grant. A cashier's money waits for the count of the drawer.
TWO_HEADED = frozenset({Role.ACCOUNTANT, Role.AGENCY_ADMIN, Role.PROVINCE_ADMIN})
#: What an agency's administrator does not hold beside it at the same agency.
MONEY = frozenset({Role.ACCOUNTANT, Role.CASHIER})


def propose(role: Membership, *, by: User) -> RoleProposal:
    """Put a role, not saved, before a second administrator. Raises OwnRole, AlreadyProposed."""
    if role.user_id == by.pk:
        raise OwnRole
    values = {"user": role.user, "agency": role.agency, "role": role.role, "valid_during": role.valid_during}
    try:
        with transaction.atomic():
            proposal = RoleProposal.objects.create(**values, proposed_by=by, proposed_at=timezone.now())
            _record("role_proposed", proposal, by)
    except IntegrityError as error:
        raise AlreadyProposed from error
    return proposal


def propose_longer(role: Membership, until: date, *, by: User) -> RoleProposal:
    """Propose that a role goes on where it ends. Raises OwnRole, RoleIsOver, AlreadyProposed."""
    during = role.valid_during
    if during.isempty or during.upper is None or during.upper <= timezone.localdate():
        raise RoleIsOver
    following = Membership(user=role.user, agency=role.agency, role=role.role)
    following.valid_during = DateRange(during.upper, until)
    return propose(following, by=by)


def agree(proposal: RoleProposal, *, by: User) -> Membership:
    """Grant it. Raises AlreadyDecided, OwnRole, NotTwoHeads, AdministratorOfMoney, RoleIsOver where it was granted.

    A role of the province takes the old password away: the person is written how to set their own.
    """
    with transaction.atomic():
        locked = _lock(proposal)
        if by.pk == locked.user_id:
            raise OwnRole
        if not may_check(locked.proposed_by, by):
            raise NotTwoHeads
        role = Membership(user=locked.user, agency=locked.agency, role=locked.role, valid_during=locked.valid_during)
        if is_administrator_of_money(role):
            raise AdministratorOfMoney
        _decide(locked, by, is_agreed=True)
        try:
            with transaction.atomic():
                role.save()
        except IntegrityError as error:
            raise RoleIsOver from error
        _record("role_granted", locked, by, f"membership:{role.pk}")
        if role.role in PROVINCIAL:
            people.invite(role.user, actor=by)
    return role


def refuse(proposal: RoleProposal, *, by: User) -> RoleProposal:
    """Leave it, whoever proposed it. Raises AlreadyDecided."""
    with transaction.atomic():
        locked = _lock(proposal)
        _decide(locked, by, is_agreed=False)
        _record("role_refused", locked, by)
    return locked


def is_administrator_of_money(role: Membership) -> bool:
    """Tell whether with this role somebody would administer an agency and be its cashier or accountant at once."""
    others = MONEY if role.role == Role.AGENCY_ADMIN else {Role.AGENCY_ADMIN} if role.role in MONEY else set()
    held = Membership.objects.filter(user=role.user, agency=role.agency, role__in=others)
    return held.filter(valid_during__overlap=role.valid_during).exclude(Q(pk=role.pk or 0)).exists()


def _lock(proposal: RoleProposal) -> RoleProposal:
    related = RoleProposal.objects.select_for_update(of=("self",)).select_related("user", "agency", "proposed_by")
    locked = related.get(pk=proposal.pk)
    if locked.decided_at:
        raise AlreadyDecided
    return locked


def _decide(locked: RoleProposal, by: User, *, is_agreed: bool) -> None:
    locked.decided_by, locked.decided_at, locked.is_agreed = by, timezone.now(), is_agreed
    locked.save(update_fields=["decided_by", "decided_at", "is_agreed"])


def _record(act: str, proposal: RoleProposal, by: User, subject: str = "") -> None:
    detail = {"model": "agencies.membership", "name": str(proposal), "period": in_words(proposal.valid_during)}
    if subject:
        detail["proposed_by"] = str(proposal.proposed_by)
    audit.record(act, subject or f"roleproposal:{proposal.pk}", actor=by, agency=proposal.agency, **detail)
