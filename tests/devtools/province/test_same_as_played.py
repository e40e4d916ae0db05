"""What is told looks as if it had been done: each kind is played by the product's verbs, and compared by columns."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict

from agencies.models import Agency
from devtools.province import load
from devtools.province.people.persons import Owner
from devtools.province.stories import opening
from devtools.province.stories.tale import Tale
from devtools.province.world import World
from dossiers.models import Dossier
from dossiers.post.orders import Address
from dossiers.submission.forms import MatterForm
from dossiers.submission.submit import Application, submit
from payments.settlement.ledger_check import check
from procedures.models import ProcedureCase

from . import sample, shapes
from .kinds import KINDS, POOR, Office

pytestmark = pytest.mark.django_db
_OWNER = Owner("Bùi Thị Mỷ", "bui thi my", "025190990001", "+84998000001", "", "Khu 1")


def _submitted(case: ProcedureCase, world: World, typed: dict[str, Any], *, by_post: bool, is_exempt: bool) -> Dossier:
    """Hand in by the product's verbs what was typed."""
    agency: Agency = next(iter(world.scene.places.values())).agency
    to = Address(_OWNER.name, _OWNER.phone, "Khu 1", agency.name, "Phú Thọ") if by_post else None
    fee = {"fee_questions": POOR, "agency": agency.pk}
    form = MatterForm(case, MultiValueDict({**{name: [value] for name, value in fee.items()}, **typed}))
    assert form.is_valid(), form.errors
    application = Application(
        case,
        agency,
        _OWNER.name,
        _OWNER.phone,
        owner_identity_number=_OWNER.identity_number,
        owner_address=_OWNER.address,
        post_to=to,
        return_method="post" if by_post else "counter",
        groups=frozenset({POOR}) if is_exempt else frozenset(),
        answers=form.answers(),
    )
    return submit(application)[0]


def _begun(
    case: ProcedureCase, world: World, rng: random.Random, *, by_post: bool, is_exempt: bool
) -> tuple[Tale, datetime]:
    day = world.clock.next_morning(world.now - timedelta(days=12)).date()
    at = datetime.combine(day, datetime.min.time(), tzinfo=world.now.tzinfo) + timedelta(hours=8)
    priced = world.scene.prices.ask(case, at.date(), "online", "ward", rng, exempt=is_exempt)
    assert priced
    tale = Tale(world, rng, next(iter(world.scene.places.values())), case, priced, _OWNER, "online")
    opening.submit(tale, at, by_post=by_post)
    return tale, at


def test_what_is_told_looks_as_if_it_had_been_done(case: ProcedureCase, world: World, office: Office) -> None:
    """Each kind of thing once, and so many whole dossiers as SAMPLE says, drawn by SEED."""
    rng = random.Random(os.environ.get("SEED", "1"))
    drawn = [sample.of_kind(name) for name in KINDS]
    drawn += [sample.draw(rng) for _number in range(int(os.environ.get("SAMPLE", "12")))]
    tales, typed = [], []
    for number, each in enumerate(drawn):
        tale, at = _begun(case, world, random.Random(number), by_post=each.by_post, is_exempt=each.is_exempt)
        typed.append(tale.dossier["_typed"])
        sample.tell(each, tale, at)
        tales.append(tale)
    world.pages.begin()
    world.pages.turn(datetime.max.replace(tzinfo=UTC))
    load._finish(world)
    differing = []
    for each, tale, fields in zip(drawn, tales, typed, strict=True):
        dossier = _submitted(case, world, fields, by_post=each.by_post, is_exempt=each.is_exempt)
        sample.play(each, dossier, office)
        told, played = shapes.of(Dossier.objects.get(pk=tale.dossier["id"])), shapes.of(dossier)
        differing += [f"{each}: {found}" for found in shapes.differences(told, played)]
        assert len(played["ledger"]) > 0
    assert differing == []
    assert check() == []
