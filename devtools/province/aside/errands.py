"""Bills without a dossier: those of a connected system, and payments that try a contract out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from devtools.province.people import names, persons
from devtools.province.pricing import Priced
from devtools.province.scene import Contract, Place
from devtools.province.stories import bills, money, paying, refunds
from devtools.province.stories.tale import NotYet, Tale
from devtools.province.world import World
from devtools.province.writer.row import Row
from dossiers.models import EventKind
from payments.models.bills import TEST, FeeKind
from payments.models.clients import WebhookKind
from payments.models.refunds import RefundReason
from payments.states import BillState
from payments.test_payments import DEFAULT_AMOUNT, PAYER
from procedures.fees import Facts, Quote

from . import webhooks

#: A connected system makes one bill while so many dossiers are handed in.
_EVERY = 70
_WORK = (
    ("LUU-TRU", "Phí khai thác tài liệu lưu trữ", (15_000, 50_000, 120_000)),
    ("RAC", "Phí vệ sinh", (20_000, 25_000, 60_000)),
    ("CHO", "Phí sử dụng diện tích bán hàng tại chợ", (150_000, 300_000)),
)


class Errand(Tale):
    """A tale of a bill alone: no timeline, no messages. `hears` is where the system that made it is told of it."""

    hears: webhooks.Receiver | None = None

    def event(self, at: datetime, kind: str, **values: Any) -> None:
        """Tell the system that its bill was paid: there is no dossier."""
        if kind == EventKind.FEE_PAID:
            self.hear(at, WebhookKind.BILL_PAID, values["bill_id"])

    def hear(self, at: datetime, kind: WebhookKind, bill: Row) -> None:
        """Tell the system, where one made the bill."""
        if self.hears:
            webhooks.tell(self.world, self.hears, at, kind, bill, self.place.agency.code, self.rng)

    def tell(self, kind: str, subject: Any, at: datetime, *, wait: float = 0.0, **values: Any) -> None:
        """Tell nobody: the system that made the bill speaks with its payer."""


@dataclass(frozen=True, slots=True)
class System:
    """The connected system of the demo, where its bills belong, and where it hears of them."""

    client_id: int
    place: Place
    receiver: webhooks.Receiver


def day(world: World, system: System | None, day: date, share: int, rng: Random) -> None:
    """Let the system make its bills of a day on which so many dossiers come in."""
    for number in range(1, share + 1):
        if rng.random() * _EVERY < 1 and system is not None:
            at = world.clock.midnight(day) + timedelta(hours=7, seconds=rng.uniform(0, 12 * 3600))
            _of_system(world, system, at, f"HT-{day:%y%m%d}-{number:03d}", rng)


def _of_system(world: World, system: System, at: datetime, reference: str, rng: Random) -> None:
    if at >= world.now:
        return
    code, description, amounts = rng.choice(_WORK)
    tale = _errand(world, system.place, names.person(rng)[0], reference, rng)
    tale.hears = system.receiver
    line = {"code": code, "kind": str(FeeKind.PHI), "description": description, "amount": rng.choice(amounts)}
    due = datetime.combine((at + timedelta(days=15)).date(), time(23, 59), tzinfo=at.tzinfo)
    bill = _bill(tale, at, line, description, cause="api", client_id=system.client_id, due_at=due)
    try:
        if rng.random() < 0.8:
            paying.plainly(tale, at + timedelta(hours=rng.uniform(0.1, 90)), bill)
        else:
            ended = tale.when(at + timedelta(days=rng.uniform(10, 16)))
            reason = "Người yêu cầu không đến"
            bills.to(tale, ended, bill, BillState.CANCELLED, cause="api", detail={"reason": reason})
            tale.hear(ended, WebhookKind.BILL_CANCELLED, bill)
    except NotYet:
        money.finish(tale)


def try_out(world: World, day: date, rng: Random) -> None:
    """Let an administrator of the province try a contract out at some office, on a day."""
    place = rng.choice(list(world.scene.places.values()))
    at = world.clock.midnight(day) + timedelta(hours=9, seconds=rng.randrange(20_000))
    contract = world.scene.contracts[rng.choice(sorted(world.scene.contracts))]
    if world.scene.contract_for(place.agency.pk, contract.gateway, day) is contract:
        _try_out(world, place, contract, at, world.scene.administrators[0], rng)


def _try_out(world: World, place: Place, contract: Contract, at: datetime, actor: int, rng: Random) -> None:
    """Pay a small sum, which goes back afterwards."""
    agency = place.agency
    tale = _errand(world, place, PAYER, f"THU-{agency.code}-{at:%y%m%d-%H%M%S}", rng)
    description = f"Thanh toán thử qua {contract.adapter.name}"
    line = {
        "code": "THU",
        "kind": TEST,
        "description": "Thanh toán thử, không phải phí, lệ phí",
        "amount": DEFAULT_AMOUNT,
    }
    try:
        tale.when(at)
        bill = _bill(tale, at, line, description, cause="test_payment")
        account = contract.pk
        tale.write("test_payment", at, bill_id=bill, merchant_account_id=account, begun_by_id=actor, begun_at=at)
        values = {"amount": DEFAULT_AMOUNT, "contract": account}
        world.audit(at, actor, "test_payment_begun", lambda: f"bill:{bill['id']}", agency.pk, **values)
        payment = money.begin(tale, at + timedelta(seconds=4), bill, contract.gateway)
        money.pay(tale, at + timedelta(seconds=50), bill, payment, lag=1.5)
        asked = world.clock.at_work(rng, at, 1)
        reason = RefundReason.COLLECTED_IN_ERROR
        refund = refunds.propose(tale, asked, DEFAULT_AMOUNT, reason, payment=payment, maker=rng.randrange(2))
        paying.carry_out(tale, refund, world.clock.at_work(rng, asked, 3))
    except NotYet:
        money.finish(tale)


def _errand(world: World, place: Place, payer: str, reference: str, rng: Random) -> Errand:
    case = world.scene.cases[0]
    owner, priced = persons.Owner(payer, "", "", "", "", ""), Priced(Facts(), Quote(()), ())
    tale = Errand(world, rng, place, case, priced, owner, "online")
    tale.dossier = Row(world.now, {"code": reference, "facts": {"undetermined": []}, "state": 0})
    return tale


def _bill(tale: Errand, at: datetime, line: dict[str, Any], description: str, *, cause: str, **columns: Any) -> Row:
    """Freeze a bill of one line, as `bills.create` does."""
    fixed = {"explanation": "", "legal_basis": "", "source": {}, "is_refundable": True, "refund_note": ""}
    bill = bills.freeze(tale, at, [line | fixed], description, cause=cause, **columns)
    tale.bills.append(bill)
    return bill
