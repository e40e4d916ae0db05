"""What a connected system was told of its bills: deliveries as `payments.webhooks` writes, sends and gives them up.

The receiver was down a few times, once for longer than a delivery is tried; now and then it fails at one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from devtools.province.world import World
from devtools.province.writer.row import Row
from payments.models.clients import WebhookKind
from payments.webhooks.dispatch import LEASE, RETRIES

Span = tuple[datetime, datetime]
#: How long the receiver was down, in hours: so often in a year.
_DOWN = (0.3, 0.5, 1.5, 3.0, 9.0, 30.0, 200.0)
#: Of a hundred attempts so many fail by themselves.
_FAILS = 0.02
_SILENCE = "time-out"


@dataclass(frozen=True, slots=True)
class Receiver:
    """An endpoint of a system, and when it was down, each time with the status it answered (None: not at all)."""

    endpoint_id: int
    down: tuple[tuple[Span, int | None], ...]

    def answer(self, at: datetime, rng: Random) -> int | None:
        """Return the status with which it answers at a moment; None where it does not."""
        for (began, ended), status in self.down:
            if began <= at < ended:
                return status
        return rng.choice((500, None)) if rng.random() < _FAILS else 204


def receiver(endpoint_id: int, first: datetime, now: datetime, rng: Random) -> Receiver:
    """Plan when an endpoint is down between two moments; the longest time lies well behind us."""
    down = []
    for hours in _DOWN:
        began = first + (now - first) * rng.uniform(0.05, 0.9)
        down.append(((began, began + timedelta(hours=hours)), rng.choice((502, 503, None))))
    return Receiver(endpoint_id, tuple(down))


def tell(
    world: World,
    to: Receiver,
    at: datetime,
    kind: WebhookKind,
    bill: Row,
    agency: str,
    rng: Random,
    refund: Row | None = None,
) -> Row:
    """Write an event of a bill, or of a refund of it, as `events` does, and what became of its delivery until now."""
    names = ("reference", "amount", "state")
    data: dict[str, Any] = {"agency": agency, **{name: bill[name] for name in names}}
    body = {"type": str(kind), "timestamp": at.astimezone(UTC).isoformat()}
    facts = {name: refund[name] for name in ("amount", "state")} if refund else {}

    def written() -> dict[str, Any]:
        told = {"id": bill["id"], **data}
        if refund:
            told["refund"] = {"id": refund["id"], "payment": refund["payment_id"]["id"], **facts}
        return {**body, "data": told}

    return world.pages.add(
        "delivery",
        at,
        endpoint_id=to.endpoint_id,
        event_id=UUID(bytes=rng.randbytes(16), version=4),
        kind=kind,
        body=written,
        created_at=at,
        **_sent(world, to, at, rng),
    )


def _sent(world: World, to: Receiver, at: datetime, rng: Random) -> dict[str, Any]:
    """Try as often as `dispatch` does; a round comes within seconds of the time that was set."""
    said: dict[str, Any] = {"next_attempt_at": at}
    for attempt in range(1, len(RETRIES.pauses) + 2):
        tried = said["next_attempt_at"] + timedelta(seconds=rng.uniform(0.3, 9))
        if tried >= world.now:
            return said
        status = to.answer(tried, rng)
        said |= {"attempts": attempt, "last_status": status, "last_error": "" if status else _SILENCE}
        if status == 204:
            return said | {"delivered_at": tried, "next_attempt_at": tried + LEASE}
        if attempt > len(RETRIES.pauses):
            return said | {"gave_up_at": tried, "next_attempt_at": tried + LEASE}
        said["next_attempt_at"] = tried + RETRIES.pauses[attempt - 1] * rng.uniform(1, 1 + RETRIES.jitter)
    return said
