"""Cashiers with an open drawer, and what they take."""

from __future__ import annotations

from agencies.models import Role, User
from payments.cash_desk import collect
from payments.models import CashShift
from tests.support import factories

CASH, CARD = collect.Taking("cash", 200_000), collect.Taking("pos", 150_000, "POS-1")


def on_duty(opening: int = 500_000) -> User:
    agency = factories.agency()
    user = factories.officer(agency, Role.CASHIER)
    collect.open_shift(user, agency, opening_amount=opening)
    return user


def drawer(of: User) -> CashShift:
    return of.shifts.get()
