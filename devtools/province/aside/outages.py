"""When gateways were away: some fell silent for a while, some announced a night of maintenance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random

from devtools.province.scene import Contract
from devtools.province.world import World
from gateways.base import Capability
from payments.merchants.circuit_breaker import THRESHOLD
from payments.models import GatewayHealth, Outage

#: Of each contract in a year; the last days are left alone: who looks at the demo pays by every gateway.
_SILENT, _ANNOUNCED, _QUIET_DAYS = 5, 2, 3
_WORDS = ("timed out after 8 s", "HTTP 502", "HTTP 503", "connection refused")
_REASONS = ("Ngân hàng nâng cấp hệ thống", "Bảo trì định kỳ của cổng thanh toán")


def plan(world: World, rng: Random, announced_by: int) -> None:
    """Write the outages of the year, and one that is announced for later this week; let the stories know of them.

    Before any row waits to be written.
    """
    asked = [c for c in world.scene.contracts.values() if Capability.REDIRECT in c.adapter.capabilities]
    found = [outage for contract in asked for outage in _of(world, contract, rng)]
    for outage in found:
        outage.announced_by_id = announced_by if outage.is_planned else None
        spans = world.outages.setdefault(outage.merchant_account_id, [])
        spans.append((outage.began_at, outage.ended_at or world.now))
    Outage.objects.bulk_create(sorted(found, key=lambda outage: outage.began_at))
    _announce(world, found, announced_by)
    GatewayHealth.objects.bulk_create(_health(world, contract, found) for contract in asked)


def _of(world: World, contract: Contract, rng: Random) -> Iterable[Outage]:
    last = (world.now - timedelta(days=_QUIET_DAYS)).date()
    span = max((last - world.first).days - 1, 1)
    for _number in range(_SILENT):
        day = world.first + timedelta(days=rng.randrange(span))
        began = _at(world, day, rng.randint(7, 19), rng)
        ended = began + timedelta(minutes=rng.choice((6, 9, 14, 25, 50, 130)), seconds=rng.randrange(60))
        yield Outage(merchant_account_id=contract.pk, began_at=began, ended_at=ended, reason=rng.choice(_WORDS))
    days = [world.first + timedelta(days=rng.randrange(span)) for _number in range(_ANNOUNCED)]
    if contract.gateway == "payplatform":
        days.append(world.now.date() + timedelta(days=4))
    for day in days:
        began = _at(world, day, 23, None)
        reason = rng.choice(_REASONS)
        yield Outage(
            merchant_account_id=contract.pk,
            is_planned=True,
            began_at=began,
            ended_at=began + timedelta(hours=rng.choice((2, 4, 5))),
            reason=reason,
        )


def _at(world: World, day: date, hour: int, rng: Random | None) -> datetime:
    minute, second = (rng.randrange(60), rng.randrange(60)) if rng else (0, 0)
    return datetime.combine(day, time(hour, minute, second), tzinfo=world.now.tzinfo)


def _announce(world: World, found: Iterable[Outage], actor: int) -> None:
    agencies = {contract.pk: contract.agency_id for contract in world.scene.contracts.values()}
    for outage in found:
        at = min(outage.began_at - timedelta(days=3), world.now - timedelta(hours=3))
        if not outage.is_planned or outage.ended_at is None or at <= world.clock.midnight(world.first):
            continue
        subject, agency = f"merchant:{outage.merchant_account_id}", agencies[outage.merchant_account_id]
        span = {"began_at": outage.began_at.isoformat(), "ended_at": outage.ended_at.isoformat()}
        world.audit(at, actor, "maintenance_announced", subject, agency, **span, reason=outage.reason)


def _health(world: World, contract: Contract, found: Iterable[Outage]) -> GatewayHealth:
    """Return how a gateway answered lately: well, and before that not at the end of its last outage."""
    silent = [outage for outage in found if outage.merchant_account_id == contract.pk and not outage.is_planned]
    last = max(silent, key=lambda outage: outage.began_at)
    return GatewayHealth(
        merchant_account_id=contract.pk,
        failures=0,
        last_success_at=world.now,
        last_failure_at=last.began_at,
        last_error=f"{last.reason} ({THRESHOLD})",
    )
