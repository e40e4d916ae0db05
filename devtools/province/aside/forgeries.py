"""Messages in the name of banks that were not believed: forged, cut off on the way, or meant for somebody else.

Each is a message of the bank's that something was done to. Why it is refused is asked of our adapter, in the order of
`payments.callbacks.handle.notify`; what is kept of it is what `payments.callbacks.rejected.keep` keeps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from devtools.province.scene import Contract
from devtools.province.stories import banks
from devtools.province.world import World
from devtools.province.writer.row import Row
from gateways.base import BadSignature, Malformed, RawRequest, WrongRecipient
from payments.callbacks.rejected import KEPT_BYTES, MISDIRECTED
from payments.models.notifications import RejectionReason

#: On one day in so many somebody tries, or a message is spoilt.
_EVERY = 8
#: Networks of nobody (RFC 5737).
_STRANGERS = ("192.0.2", "198.51.100", "203.0.113")
_SOMEBODY_ELSE = "PT0999"
Told = dict[str, Any]
Sort = Callable[[Random, Contract, Told], RawRequest]


def for_another_attempt(rng: Random, contract: Contract, told: Told) -> RawRequest:
    """Say of another attempt what the bank said of one: the signature does not fit."""
    request = banks.message(contract, told)
    was, now = told["ref"], banks.reference(rng, contract, told["moment"])
    return replace(
        request,
        query=request.query.replace(was, now),
        body=request.body.replace(was.encode(), now.encode()),
        remote_addr=f"{rng.choice(_STRANGERS)}.{rng.randint(1, 254)}",
    )


def cut_off(rng: Random, contract: Contract, told: Told) -> RawRequest:
    """Break off on the way."""
    request = banks.message(contract, told)
    part = rng.uniform(0.3, 0.9)
    if request.body:
        return replace(request, body=request.body[: int(len(request.body) * part)])
    return replace(request, query=request.query[: int(len(request.query) * part)])


def of_somebody_else(rng: Random, contract: Contract, told: Told) -> RawRequest:
    """The bank confuses us with another of its clients, and signs."""
    ours = contract.adapter.merchant_of(banks.message(contract, told))
    names = [name for name, value in contract.bank.items() if value == ours]
    return banks.message(replace(contract, bank={**contract.bank, **dict.fromkeys(names, _SOMEBODY_ELSE)}), told)


SORTS: tuple[tuple[Sort, int], ...] = ((for_another_attempt, 5), (cut_off, 3), (of_somebody_else, 2))


def day(world: World, day: date, rng: Random) -> None:
    """Let some message of a day not be believed; nobody has looked yet at one that came today."""
    is_today = day == world.clock.day_of(world.now)
    if not is_today and rng.randrange(_EVERY):
        return
    evening = world.clock.midnight(day) + timedelta(days=1)
    heard = [told for both in world.banks.values() for told in both.rows if told["moment"] < evening and told["ref"]]
    if not heard:
        return
    told = rng.choice(heard)
    sorts, shares = zip(*SORTS, strict=True)
    sort = of_somebody_else if is_today else rng.choices(sorts, shares)[0]
    span = min(evening, world.now) - world.clock.midnight(day)
    at = world.clock.midnight(day) + span * rng.random()
    request = sort(rng, told["_contract"], told)
    row = keep(world, at, told["_contract"], request, refusal(told["_contract"], request, told))
    _review(world, row, at, rng)


def refusal(contract: Contract, request: RawRequest, told: Told) -> RejectionReason:
    """Tell why our adapter refuses a message. Raises ValueError when it would believe it."""
    ours = contract.adapter.merchant_of(banks.message(contract, told))
    try:
        is_ours = contract.adapter.merchant_of(request) in ("", ours)
    except Malformed:
        return RejectionReason.MALFORMED
    try:
        contract.adapter.verify(request)
    except WrongRecipient:
        return RejectionReason.WRONG_RECIPIENT
    except BadSignature:
        reason = RejectionReason.BAD_SIGNATURE
    except Malformed:
        reason = RejectionReason.MALFORMED
    else:
        if is_ours:
            raise ValueError(f"{contract.gateway} believes a message that was changed")
        reason = RejectionReason.UNKNOWN_MERCHANT  # its merchant stands in the address only, where nothing is signed
    return reason if is_ours else RejectionReason.UNKNOWN_MERCHANT


def keep(world: World, at: datetime, contract: Contract, request: RawRequest, reason: RejectionReason) -> Row:
    """Write down what is kept of a message that was refused."""
    is_whole = reason in MISDIRECTED
    return world.pages.add(
        "rejected",
        at,
        gateway=contract.gateway,
        reason=reason,
        body_sha256=hashlib.sha256(request.body or request.query.encode()).hexdigest(),
        remote_addr=request.remote_addr,
        body=request.body[:KEPT_BYTES] if is_whole else b"",
        query=request.query[:KEPT_BYTES] if is_whole else "",
        received_at=at,
    )


def _review(world: World, row: Row, at: datetime, rng: Random) -> None:
    """Let an administrator of the province look at it within a working day or two."""
    looked = world.clock.at_work(rng, at, rng.choice((3, 8, 14)))
    if looked < world.now and world.clock.day_of(at) < world.clock.day_of(world.now):
        row["reviewed_at"] = looked
        actor = world.scene.administrators[0]
        world.audit(looked, actor, "review_rejected_notifications", "rejectednotices", None, count=1)
