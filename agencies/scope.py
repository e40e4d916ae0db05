"""Which agencies somebody may see: every list of staff is filtered by this (design.md §1.10)."""

from __future__ import annotations

from datetime import date

from .models import Agency, AgencySuccession, BeneficiaryAccount, Membership, Role, User

_SEES_EVERYTHING = (Role.PROVINCE_ADMIN, Role.AUDITOR)


def roles_of(user: User, on: date) -> set[str]:
    """Return the roles somebody holds anywhere on a day."""
    return set(Membership.objects.filter(user=user, valid_during__contains=on).values_list("role", flat=True))


def agencies_of(user: User, on: date, roles: tuple[Role, ...] | None = None) -> set[int]:
    """Return the agencies somebody works for on a day, with all their predecessors.

    A successor's officers must find the dossiers of the units it came from. A province
    admin and an auditor see every agency. `roles` narrows which memberships count.
    """
    memberships = Membership.objects.filter(user=user, valid_during__contains=on)
    if roles is not None:
        memberships = memberships.filter(role__in=roles)
    held = list(memberships.values_list("agency_id", "role"))
    if any(role in _SEES_EVERYTHING for _, role in held):
        return set(Agency.objects.values_list("pk", flat=True))
    found: set[int] = set()
    frontier = {agency_id for agency_id, _ in held}
    while frontier:
        found |= frontier
        before = AgencySuccession.objects.filter(successor_id__in=frontier, effective_date__lte=on)
        frontier = set(before.values_list("predecessor_id", flat=True)) - found
    return found


def account_of(agency: Agency, purpose: str, on: date) -> BeneficiaryAccount | None:
    """Return where money for an agency goes on a day, following successors after its end."""
    seen: set[int] = set()
    frontier = [agency.pk]
    while frontier:
        seen |= set(frontier)
        account = (
            BeneficiaryAccount.objects.filter(
                agency_id__in=frontier, purpose__in=(purpose, "all"), valid_during__contains=on
            )
            .order_by("agency_id", "-purpose")
            .first()
        )
        if account:
            return account
        after = AgencySuccession.objects.filter(predecessor_id__in=frontier, effective_date__lte=on)
        frontier = [pk for pk in after.values_list("successor_id", flat=True) if pk not in seen]
    return None
