"""A small province, once as the product has it and once as stories see it."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta

import pytest
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Level, Role, User
from devtools.province import load, scene
from devtools.province.world import World
from dossiers.models import PostageRate
from payments.models import MerchantAccount
from procedures.models import Exemption, FeeRule, FeeSchedule, ProcedureCase, Question, QuestionKind, ScheduleState
from tests.support import factories
from tests.support.factories import CONTRACTS, FOREVER

from .kinds import POOR, Office

BANKS = "vnpay", "vietinbank", "vnptpay"
#: Beside one of every kind: those we know by their names.
QUESTIONS = (
    ("child_name", "text"), ("mother_name", "text"), ("father_name", "text"), ("partner_name", "text"),
    ("witness_name", "text"), ("born_at", "text"), ("purpose", "text"), ("born_on", "date"), ("sex", "choice"),
)  # fmt: skip
#: Names of files that are not there.
SAMPLES = {sort: (f"{sort}.x", 1) for sort in ("result", "scan", "photo")}


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


@pytest.fixture
def office(world: World) -> Office:
    """The people of its one office."""
    people = next(iter(world.scene.places.values())).office.people

    def who(role: Role, place: int = 0) -> User:
        return User.objects.get(pk=people[role][place])

    accountants = [who(Role.ACCOUNTANT), who(Role.ACCOUNTANT, 1)]
    return Office(
        who(Role.RECEPTION_OFFICER), who(Role.HANDLING_OFFICER), who(Role.SIGNER), who(Role.CASHIER), accountants
    )
