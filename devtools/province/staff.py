"""The people who work in the province's offices: each office has its window, its handlers, its signer, its money."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from random import Random

from django.contrib.auth.hashers import make_password
from psycopg2.extras import DateRange

from agencies.models import Agency, Membership, Role, User

from .people import names, persons

#: What each office has, and what their accounts begin with.
_POSTS = (
    (Role.RECEPTION_OFFICER, "tiepnhan"),
    (Role.HANDLING_OFFICER, "thuly"),
    (Role.SIGNER, "lanhdao"),
    (Role.CASHIER, "thungan"),
    (Role.ACCOUNTANT, "ketoan"),
    (Role.ACCOUNTANT, "ketoan2"),
)


@dataclass(slots=True)
class Office:
    """Who works at an agency, by role: ids of accounts, and the names that stand under results."""

    people: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)

    def one(self, role: Role, place: int = 0) -> int:
        """Return somebody of a role, the first unless another is asked for."""
        found = self.people[role]
        return found[place % len(found)]


def staff(agencies: list[Agency], province: Agency, first: date, rng: Random) -> dict[int, Office]:
    """Give people to every office that has none, who cannot sign in; return all by agency.

    The province's own office has accountants, who keep the contracts' books.
    """
    offices = _offices()
    users, posts = [], []
    unusable = make_password(None)
    for agency in [*agencies, province]:
        wanted = _POSTS if agency.pk != province.pk else _POSTS[4:]
        for role, word in wanted:
            if offices[agency.pk].people[role] and word != "ketoan2":
                continue
            if word == "ketoan2" and len(offices[agency.pk].people[role]) > 1:
                continue
            name = names.person(rng)[0]
            user = User(username=f"{word}.{agency.code.lower()}", full_name=name, phone=persons.phone(rng))
            user.password = unusable
            users.append(user)
            posts.append((user, agency, role))
    User.objects.bulk_create(users)
    held = DateRange(min(first, date(2025, 7, 1)), None)
    Membership.objects.bulk_create(
        Membership(user=user, agency=agency, role=role, valid_during=held) for user, agency, role in posts
    )
    return _offices()


def _offices() -> dict[int, Office]:
    offices: dict[int, Office] = defaultdict(Office)
    for held in Membership.objects.select_related("user").order_by("pk"):
        office = offices[held.agency_id]
        office.people[held.role].append(held.user_id)
        office.names[held.user_id] = str(held.user)
    return offices
