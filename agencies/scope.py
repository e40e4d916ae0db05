"""Which agencies somebody may see: every list of staff is filtered by this (P-10)."""

from __future__ import annotations

from datetime import date

from .models import Agency, AgencySuccession, Membership, Role, User

_SEES_EVERYTHING = (Role.PROVINCE_ADMIN, Role.AUDITOR)


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
    if any(role in _SEES_EVERYTHING for _, role in held):
        return set(Agency.objects.values_list("pk", flat=True))
    found: set[int] = set()
    frontier = {agency_id for agency_id, _ in held}
    while frontier:
        found |= frontier
        before = AgencySuccession.objects.filter(successor_id__in=frontier, effective_date__lte=on)
        frontier = set(before.values_list("predecessor_id", flat=True)) - found
    return found


def heir_of(agency: Agency, on: date) -> Agency:
    """Return who does an agency's unfinished work on a day: itself while it exists, then who took over."""
    seen = {agency.pk}
    while on not in agency.valid_during:
        links = AgencySuccession.objects.filter(predecessor=agency, effective_date__lte=on, takes_over=True)
        link = links.select_related("successor").first()
        if link is None or link.successor_id in seen:
            break
        agency = link.successor
        seen.add(agency.pk)
    return agency


def heirs_on(on: date) -> dict[int, int]:
    """Return agency → who does its work on a day, for every agency that is no more: one query over all of them."""
    ended = AgencySuccession.objects.filter(effective_date__lte=on, takes_over=True)
    direct = dict(ended.values_list("predecessor_id", "successor_id"))
    found: dict[int, int] = {}
    for agency in direct:
        heir, seen = direct[agency], {agency}
        while heir in direct and heir not in seen:
            seen.add(heir)
            heir = direct[heir]
        found[agency] = heir
    return found


def chain_of(agency: Agency, on: date) -> list[int]:
    """Return who answers for an agency on a day, nearest first: it or its heir, then those above."""
    chain: list[int] = []
    current: Agency | None = heir_of(agency, on)
    while current is not None and current.pk not in chain:
        chain.append(current.pk)
        current = current.parent
    return chain
