"""Where stories happen: offices, procedures, contracts, read once from the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random
from typing import Any

from psycopg2.extras import DateRange

from agencies.models import Agency, Level, Role
from devtools.demo import PHU_THO, VIET_TRI
from dossiers.models import PostageRate
from gateways import internal
from gateways.base import Gateway
from payments.merchants.accounts import adapter_for
from payments.models import MerchantAccount
from procedures.areas import area_of
from procedures.models import DocumentRequirement, ProcedureCase, Question

from .aside import contracts
from .clock import Clock
from .pricing import Prices
from .staff import Office, staff

#: Of a thousand dossiers so many, by procedure; the others share what is left.
_SHARES = {
    "2.000815": 330, "2.000884": 70, "2.001035": 30, "2.000942": 12, "1.001193": 55, "1.000894": 28,
    "1.000656": 22, "1.004873": 45, "2.000635": 55, "1.004859": 14, "2.002516": 10, "1.004222": 45, "1.004194": 40,
    "1.002755": 12, "1.010038": 8, "1.011441": 25, "1.011443": 16, "1.012786": 8, "1.012789": 8, "1.001612": 32,
    "2.000720": 16, "1.013225": 14, "2.001827": 5, "3.000333": 34, "1.001456": 12, "2.001194": 10, "3.000348": 16,
    "3.000346": 10, "2.001583": 6, "2.001199": 4, "1.001776": 18, "2.000908": 10,
}  # fmt: skip
_REST = 2
#: The communes of the demo's accounts have so many times the dossiers of a usual one.
_BUSY = {VIET_TRI: 14.0, PHU_THO: 5.0}


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with a bank: our adapter, and the bank's own side of it."""

    pk: int
    gateway: str
    adapter: Gateway
    bank: Mapping[str, Any]
    settings: Mapping[str, Any]
    secrets: Mapping[str, Any]
    agency_id: int
    accountants: tuple[int, ...]
    #: The day from which it takes no new payment, if there is one: nobody at the bank answers for it any more.
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An office that receives dossiers. `counter` and `moved` are its contracts with itself."""

    agency: Agency
    office: Office
    counter: MerchantAccount
    moved: MerchantAccount
    area: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All of it. `contracts` are the province's by gateway, `own` those of single agencies.

    `papers` are what each procedure asks for, and whether always; `questions` are its own.
    """

    province: Agency
    places: Mapping[int, Place]
    contracts: Mapping[str, Contract]
    own: Mapping[tuple[int, str], Contract]
    cases: tuple[ProcedureCase, ...]
    case_weights: tuple[float, ...]
    offices: Mapping[int, tuple[tuple[int, ...], tuple[float, ...]]]
    prices: Prices
    clock: Clock
    accountants: tuple[int, ...]
    administrators: tuple[int, ...]
    postage: tuple[tuple[str, date, int, int, str], ...]
    papers: Mapping[int, tuple[tuple[str, bool], ...]]
    questions: Mapping[int, tuple[Question, ...]]

    def contract_for(self, agency_id: int, gateway: str, day: date) -> Contract:
        """Return the contract that takes a payment to an agency on a day, as `merchants.account_for` finds it."""
        own = self.own.get((agency_id, gateway))
        return own if own is not None and (own.until is None or day < own.until) else self.contracts[gateway]

    def all_contracts(self) -> list[Contract]:
        """Return every contract with a bank."""
        return [*self.contracts.values(), *self.own.values()]

    def case_and_place(self, rng: Random) -> tuple[ProcedureCase, Place]:
        """Return what somebody comes for, and where to."""
        case = rng.choices(self.cases, cum_weights=self.case_weights)[0]
        ids, weights = self.offices[case.procedure_id]
        return case, self.places[rng.choices(ids, cum_weights=weights)[0]]


def build(first: date, today: date, banks: Mapping[str, Mapping[str, Any]], rng: Random) -> Scene:
    """Read the scene, giving offices their people and drawers. `banks` are the sandbox's sides of the contracts."""
    province = Agency.objects.get(code="H44", valid_during__contains=today)
    cases = [
        case
        for case in ProcedureCase.objects.select_related("procedure").order_by("pk")
        if first in case.procedure.valid_during and today in case.procedure.valid_during
    ]
    offering: dict[int, list[Agency]] = {}
    for case in cases:
        if case.procedure_id not in offering:
            offering[case.procedure_id] = list(case.procedure.agencies.existing_on(today).order_by("pk"))
    cases = [case for case in cases if offering[case.procedure_id]]
    agencies = {agency.pk: agency for found in offering.values() for agency in found}
    people = staff(list(agencies.values()), province, first, rng)
    counters, moved = (_with_itself(slug, list(agencies.values()), first) for slug in internal.SLUGS)
    accountants = tuple(people[province.pk].people[Role.ACCOUNTANT])
    weights = {pk: _BUSY.get(agency.code) or rng.lognormvariate(0, 0.5) for pk, agency in agencies.items()}
    count: dict[int, int] = {}
    for case in cases:
        count[case.procedure_id] = count.get(case.procedure_id, 0) + 1
    return Scene(
        province=province,
        places={
            pk: Place(agency, people[pk], counters[pk], moved[pk], area_of(agency.name))
            for pk, agency in agencies.items()
        },
        contracts=_contracts(province, banks, accountants),
        own=_own(agencies.values(), people, province, banks, today),
        cases=tuple(cases),
        case_weights=tuple(
            accumulate(_SHARES.get(case.procedure.code, _REST) / count[case.procedure_id] for case in cases)
        ),
        offices={
            pk: (tuple(a.pk for a in found), tuple(accumulate(weights[a.pk] for a in found)))
            for pk, found in offering.items()
        },
        prices=Prices(),
        clock=Clock(first),
        accountants=accountants,
        administrators=tuple(people[province.pk].people[Role.PROVINCE_ADMIN]),
        postage=_postage(),
        papers=_papers(),
        questions=_questions(),
    )


def _contracts(
    province: Agency, banks: Mapping[str, Mapping[str, Any]], accountants: tuple[int, ...]
) -> dict[str, Contract]:
    accounts = MerchantAccount.objects.filter(agency=province, gateway__in=banks).select_related("agency")
    return {account.gateway: _contract(account, banks[account.gateway], accountants) for account in accounts}


def _contract(account: MerchantAccount, bank: Mapping[str, Any], accountants: tuple[int, ...]) -> Contract:
    return Contract(
        account.pk,
        account.gateway,
        adapter_for(account),
        bank,
        account.settings,
        json.loads(account.secrets),
        account.agency_id,
        accountants,
        account.valid_during.upper if account.valid_during else None,
    )


def _own(
    agencies: Iterable[Agency],
    people: Mapping[int, Office],
    province: Agency,
    banks: Mapping[str, Mapping[str, Any]],
    until: date,
) -> dict[tuple[int, str], Contract]:
    """Return the contracts that communes had of their own until a day."""
    found = {}
    for agency in agencies:
        if made := contracts.of_its_own(agency, province, banks, until):
            account, bank = made
            accountants = tuple(people[agency.pk].people[Role.ACCOUNTANT])
            found[agency.pk, account.gateway] = _contract(account, bank, accountants)
    return found


def _with_itself(slug: str, agencies: list[Agency], first: date) -> dict[int, MerchantAccount]:
    """Return the contract each office has with itself, as its first money of a kind without a bank would make it."""
    MerchantAccount.objects.bulk_create(
        MerchantAccount(
            agency=agency, gateway=slug, merchant_id=f"{slug}-{agency.pk}", valid_during=DateRange(first, None)
        )
        for agency in agencies
    )
    return {account.agency_id: account for account in MerchantAccount.objects.filter(gateway=slug)}


def _papers() -> dict[int, tuple[tuple[str, bool], ...]]:
    asked: dict[int, tuple[tuple[str, bool], ...]] = {}
    for paper in DocumentRequirement.objects.order_by("procedure_id", "position"):
        asked[paper.procedure_id] = (*asked.get(paper.procedure_id, ()), (paper.name, paper.is_required))
    return asked


def _questions() -> dict[int, tuple[Question, ...]]:
    asked: dict[int, tuple[Question, ...]] = {}
    for question in Question.objects.order_by("procedure_id", "position", "pk"):
        asked[question.procedure_id] = (*asked.get(question.procedure_id, ()), question)
    return asked


def _postage() -> tuple[tuple[str, date, int, int, str], ...]:
    rates = PostageRate.objects.order_by("valid_during")
    return tuple((rate.zone, rate.valid_during.lower, rate.amount, rate.pk, rate.source) for rate in rates)


def communes(scene: Scene) -> list[str]:
    """Return the names of the communes, where people live and the post goes."""
    return [place.agency.name for place in scene.places.values() if place.agency.level == Level.COMMUNE]
