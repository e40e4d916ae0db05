"""Public status of gateways: now, announced, last 90 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.cached_value import CachedValue
from gateways import internal, registry
from payments.merchants import circuit_breaker, outages
from payments.models import MerchantAccount, Outage
from portal.administration.read_only import spans

#: Lines of the past that somebody still reads.
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """One gateway: how many of its contracts take payments now. `pauses_at`: the next announced maintenance."""

    name: str
    contracts: int
    working: int
    pauses_at: datetime | None

    @property
    def is_well(self) -> bool:
        """Every contract takes payments."""
        return self.working == self.contracts

    @property
    def is_away(self) -> bool:
        """None does."""
        return self.working == 0


@dataclass(frozen=True, slots=True)
class Past:
    """One outage as the public may read it: not what the bank's machine said."""

    name: str
    outage: Outage

    @property
    def minutes(self) -> int:
        """Whole minutes it lasted, until now if it lasts."""
        return round(((self.outage.ended_at or timezone.now()) - self.outage.began_at).total_seconds() / 60)


def standings() -> list[Standing]:
    """Return every gateway with a contract in force today, in one query."""
    accounts = (
        MerchantAccount.objects.filter(is_enabled=True, valid_during__contains=timezone.localdate())
        .exclude(gateway__in=internal.SLUGS)
        .select_related("health")
        .annotate(pauses_at=outages.next_pause())
    )
    by_gateway: dict[str, list[Any]] = {}
    for account in accounts:
        by_gateway.setdefault(account.gateway, []).append(account)
    return [
        Standing(
            registry.name_of(slug),
            len(contracts),
            sum(registry.is_usable(slug) and not circuit_breaker.is_resting(account) for account in contracts),
            min((account.pauses_at for account in contracts if account.pauses_at), default=None),
        )
        for slug, contracts in by_gateway.items()
    ]


def _away() -> tuple[str, ...]:
    return tuple(standing.name for standing in standings() if standing.is_away)


#: The gateways none of whose contracts takes payments now, for the desk's banner.
away: CachedValue[tuple[str, ...]] = CachedValue(_away, seconds=15.0, empty=())


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Show the page; it asks nothing about anybody."""
    now = timezone.now()
    since = now - outages.LOOK_BACK
    outages_shown = Outage.objects.filter(Q(ended_at=None) | Q(ended_at__gt=since)).select_related("merchant_account")
    ahead = outages_shown.filter(is_planned=True, began_at__gt=now, ended_at__gt=now).order_by("began_at")
    past = outages_shown.filter(began_at__lte=now)[:MOST_SHOWN]
    context = {
        "standings": standings(),
        "ahead": [Past(registry.name_of(outage.merchant_account.gateway), outage) for outage in ahead[:MOST_SHOWN]],
        "past": [Past(registry.name_of(outage.merchant_account.gateway), outage) for outage in past],
        "at": now,
        "announced": spans.announcement(),
    }
    return render(request, "portal/public/status.html", context)
