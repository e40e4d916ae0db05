"""Rate limits: counted before the action, so that concurrent attempts count too.

    WRONG_PINS = Limit("pin", most=20, within=timedelta(hours=1))
    …
    if not WRONG_PINS.spend(here()): refuse
    if it_was_right: WRONG_PINS.give_back(here())

Counting is one statement of PostgreSQL: no Redis, no lock, and nothing is open when the counter is away,
because without PostgreSQL there is no page either.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from . import office_networks
from .http import came_from
from .models import RateLimitCount

EVERYBODY = "everybody"
#: What one household or one office has; whoever rents a whole one is counted as one.
_NETWORK = {4: 24, 6: 48}
#: In a network that an office lists hundreds share an address: there an address and a network may use so many times as
#: much. Enough for five hundred visitors a day (BEGUN in dossiers/submission/views.py), and less than what would let
#: one office use up what everybody shares (tests/core/test_office_networks.py).
OFFICE_FACTOR = 5
_SPEND = """
INSERT INTO core_ratelimitcount AS spent (key, amount, until) VALUES (%(key)s, %(amount)s, %(until)s)
ON CONFLICT (key) DO UPDATE SET
    amount = CASE WHEN spent.until <= %(now)s THEN 0 ELSE spent.amount END + excluded.amount,
    until = CASE WHEN spent.until <= %(now)s THEN excluded.until ELSE spent.until END
RETURNING amount, until
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What one use has left of a limit: `left` is negative beyond it, `seconds` until it begins anew."""

    left: int
    seconds: int

    @property
    def is_within(self) -> bool:
        """Whether it was allowed."""
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Limit:
    """No more than `most` of `what` for one `who` within a time that begins with the first."""

    what: str
    most: int
    within: timedelta

    def spend(self, who: str, amount: int = 1) -> bool:
        """Count one use and return whether it was within the limit."""
        return self.use(who, amount).is_within

    def use(self, who: str, amount: int = 1) -> Use:
        """Count one use and return what is left."""
        now = timezone.now()
        values: dict[str, Any] = {"key": self._key(who), "amount": amount, "now": now, "until": now + self.within}
        with connection.cursor() as cursor:
            cursor.execute(_SPEND, values)
            spent, until = cursor.fetchone()
        return Use(self.most * _breadth(who) - spent, max(1, math.ceil((until - now).total_seconds())))

    def give_back(self, who: str, amount: int = 1) -> None:
        """Uncount what turned out well."""
        RateLimitCount.objects.filter(key=self._key(who)).update(amount=Greatest(F("amount") - amount, 0))

    def forget(self, who: str) -> None:
        """Begin to count anew."""
        RateLimitCount.objects.filter(key=self._key(who)).delete()

    def _key(self, who: str) -> str:
        return salted_hmac("core.rate_limits", f"{self.what}\0{who}", algorithm="sha256").hexdigest()


def spend(*limits: tuple[Limit, str]) -> bool:
    """Count in one after the other, and tell whether all allowed it.

    Whoever is stopped by one counts in none behind it: one address cannot use up what everybody shares.
    """
    return all(limit.spend(who) for limit, who in limits)


def give_back(*limits: tuple[Limit, str]) -> None:
    """Uncount in each."""
    for limit, who in limits:
        limit.give_back(who)


def here() -> str:
    """Return the address that the request being answered came from (`core.http.came_from`)."""
    return came_from.get()


def network() -> str:
    """Return the network around it, where another address is cheap to have; an office is apart from its neighbours."""
    address, office = office_networks.read_address(here()), office_networks.around(here())
    if address is None:
        return here()
    usual = ip_network((address, _NETWORK[address.version]), strict=False)
    return str(office if office and office.prefixlen > usual.prefixlen else usual)


def _breadth(who: str) -> int:
    """Return how many times a limit `who` may use: an address and its network are shared, names and codes are not."""
    is_place = bool(who) and who in (here(), network())
    return OFFICE_FACTOR if is_place and office_networks.around(here()) else 1


def forget_old() -> int:
    """Delete what counts no more; return how many."""
    return RateLimitCount.objects.filter(until__lte=timezone.now()).delete()[0]


def of(limits: Iterable[Limit]) -> tuple[tuple[Limit, str], ...]:
    """Join limits for an address, its network and everybody, in this order, with who asks."""
    return tuple(zip(limits, (here(), network(), EVERYBODY), strict=False))
