"""What is told looks as if it had been done: each kind is played by the product's verbs, and compared by columns."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from psycopg2.extras import DateRange

from agencies.models import Agency, Level, Role, User
from devtools.province import load, scene
from devtools.province.people.persons import Owner
from devtools.province.stories import opening
from devtools.province.stories.tale import Tale
from devtools.province.world import World
from dossiers.models import Dossier, PostageRate
from dossiers.post.orders import Address
from dossiers.submission.forms import MatterForm
from dossiers.submission.submit import Application, submit
from payments.models import MerchantAccount
from payments.settlement.ledger_check import check
from procedures.models import (
    Exemption,
    FeeRule,
    FeeSchedule,
    ProcedureCase,
    Question,
    QuestionKind,
    ScheduleState,
)
from tests.support import factories
from tests.support.factories import CONTRACTS, FOREVER

from . import sample, shapes
from .kinds import KINDS, Office

pytestmark = pytest.mark.django_db
BANKS = "vnpay", "vietinbank", "vnptpay"
POOR = "ho-ngheo"
#: Beside one of every kind: those we know by their names.
QUESTIONS = (
    ("child_name", "text"), ("mother_name", "text"), ("father_name", "text"), ("partner_name", "text"),
    ("witness_name", "text"), ("born_at", "text"), ("purpose", "text"), ("born_on", "date"), ("sex", "choice"),
)  # fmt: skip
#: Names of files that are not there.
SAMPLES = {sort: (f"{sort}.x", 1) for sort in ("result", "scan", "photo")}
_OWNER = Owner("Bùi Thị Mỷ", "bui thi my", "025190990001", "+84998000001", "", "Khu 1")


@pytest.fixture
def case() -> ProcedureCase:
    """A small province: one commune, one procedure of 50.000 đ, contracts with three banks."""
    province = factories.agency("Tỉnh", code="H44", level=Level.PROVINCE)
    commune = factories.agency("Phường Việt Trì", parent=province)
    made = factories.case()
    made.procedure.agencies.add(commune)
    fees = FeeSchedule.objects.create(procedure=made.procedure, version=1, valid_during=FOREVER, legal_basis="TT 1")
    FeeRule.objects.create(schedule=fees, case=made, code="P", name="Phí", kind="phi", price=50_000, legal_basis="TT 1")
    Exemption.objects.create(schedule=fees, group=POOR, name="Hộ nghèo", percent=100)
    fees.state = ScheduleState.ACTIVE
    fees.save(update_fields=["state"])
    PostageRate.objects.create(zone="province", amount=30_000, valid_during=DateRange(date(2025, 1, 1)), source="x")
    for position, (slug, kind) in enumerate([*((kind, kind) for kind in QuestionKind), *QUESTIONS]):
        asked = {"slug": slug, "label": f"{slug}?", "kind": kind, "position": position}
        Question.objects.create(procedure=made.procedure, **asked, is_required=position % 3 > 0, options=["Nam", "Nữ"])
    for gateway in BANKS:
        contract = CONTRACTS[gateway]
        MerchantAccount.objects.create(
            agency=province,
            gateway=gateway,
            merchant_id=contract["merchant_id"],
            settings=contract["settings"],
            secrets=json.dumps(contract["secrets"]),
            valid_during=FOREVER,
        )
    return made


@pytest.fixture
def world(case: ProcedureCase) -> World:
    """Where stories are told: the same office."""
    now, rng = timezone.localtime(), random.Random(1)
    first = now.date() - timedelta(days=40)
    banks = {gateway: CONTRACTS[gateway]["bank"] for gateway in BANKS}
    stage = scene.build(first, now.date(), banks, rng)
    pages = load.empty_pages()
    return World(stage, pages, first, now, "!", SAMPLES, ["Phường Việt Trì"])


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


def _office(world: World) -> Office:
    people = next(iter(world.scene.places.values())).office.people

    def who(role: Role, place: int = 0) -> User:
        return User.objects.get(pk=people[role][place])

    accountants = [who(Role.ACCOUNTANT), who(Role.ACCOUNTANT, 1)]
    return Office(
        who(Role.RECEPTION_OFFICER), who(Role.HANDLING_OFFICER), who(Role.SIGNER), who(Role.CASHIER), accountants
    )


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


def test_what_is_told_looks_as_if_it_had_been_done(case: ProcedureCase, world: World) -> None:
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
    office, differing = _office(world), []
    for each, tale, fields in zip(drawn, tales, typed, strict=True):
        dossier = _submitted(case, world, fields, by_post=each.by_post, is_exempt=each.is_exempt)
        sample.play(each, dossier, office)
        told, played = shapes.of(Dossier.objects.get(pk=tale.dossier["id"])), shapes.of(dossier)
        differing += [f"{each}: {found}" for found in shapes.differences(told, played)]
        assert len(played["ledger"]) > 0
    assert differing == []
    assert check() == []
