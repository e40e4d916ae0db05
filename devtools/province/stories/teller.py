"""Tells one dossier: who comes and when, how it is paid, what the office does, and what becomes of it afterwards."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random

from devtools.province import rhythm
from devtools.province.world import World
from dossiers.models import Channel
from payments.states import BillState
from procedures.models import CollectWhen

from . import money, opening, paying, working
from .rare import plots, unpaid
from .tale import NotYet, Tale

#: These begin when nothing else is under way.
_ALONE = (working.refused, working.withdrawn, working.waiting_for_money)
#: One dossier in so many has a rare way of money, and one in so many a rare way of work.
RARE_EVERY = 12


def moments(rng: Random, day: date, count: int, *, is_open: bool) -> list[tuple[datetime, str]]:
    """Return when and by which channel the dossiers of a day come, in order."""
    found = []
    for _number in range(count):
        at_home = not is_open or rng.random() < 0.62
        moment = rhythm.online(rng, day) if at_home else rhythm.at_counter(rng, day)
        channel = Channel.ONLINE if at_home else rng.choices((Channel.COUNTER, Channel.POST), (96, 4))[0]
        found.append((moment, str(channel)))
    return sorted(found)


def tell(world: World, rng: Random, at: datetime, channel: str, number: int) -> None:
    """Tell the story of the dossier that comes at a moment, as far as it goes until now."""
    tale = opening.cast(world, rng, world.clock.day_of(at), channel)
    turn, place = divmod(number, RARE_EVERY)
    rare, work = place == 0, working.RARE[turn % len(working.RARE)] if place == RARE_EVERY // 2 else None
    by_post = rng.random() < (0.16 if channel == Channel.ONLINE else 0.05)
    if work is working.given_to_the_wrong_person:  # or brought back by the post
        by_post = turn // len(working.RARE) % 2 == 0
    try:
        opening.submit(tale, at, by_post=by_post)
    except NotYet:
        return
    with suppress(NotYet):
        _pay(tale, at, plots.RARE[turn % len(plots.RARE)] if rare else None)
    with suppress(NotYet):
        _work(tale, at, work)
    for then in tale.afterwards:
        with suppress(NotYet):
            then(tale.last)
    tale.afterwards.clear()
    money.finish(tale)


def _pay(tale: Tale, at: datetime, rare: paying.Plot | None) -> None:
    """Let the fee be paid at once, or leave it until the result is there; one in thirty never comes back."""
    rng = tale.rng
    for bill in list(tale.bills):
        if bill["state"] != BillState.OPEN:
            continue
        fate = rng.random()
        tale.is_paying = True
        begun = at + _pause(rng)
        if rare and tale.channel == Channel.ONLINE:
            rare(tale, begun, bill)
        elif fate < 0.03:
            paying.never(tale, begun, bill)
        elif tale.channel == Channel.ONLINE and (fate < 0.8 or tale.case.collect_when == CollectWhen.ON_SUBMIT):
            plots, shares = zip(*paying.COMMON, strict=True)
            rng.choices(plots, shares)[0](tale, begun, bill)
        elif tale.channel != Channel.ONLINE and (fate < 0.7 or tale.case.collect_when == CollectWhen.ON_SUBMIT):
            paying.at_the_counter(tale, begun, bill)
        else:
            tale.is_paying = False


def _pause(rng: Random) -> timedelta:
    return timedelta(seconds=rng.uniform(5, 240))


def _work(tale: Tale, at: datetime, rare: working.Plot | None) -> None:
    plots, shares = zip(*working.COMMON, strict=True)
    plot = rare or tale.rng.choices(plots, shares)[0]
    if plot in _ALONE:
        at = max(at, tale.last)
    if tale.case.collect_when == CollectWhen.ON_SUBMIT:
        if tale.settled_at is None:
            unpaid.ended(tale, at)
            return
        at = max(at, tale.settled_at)
    plot(tale, at)
