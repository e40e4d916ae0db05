"""Bills without a dossier: those of a connected system, and payments that try a contract out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from devtools.province import rhythm
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
from payments.states import BillState, RefundState
from payments.test_payments import DEFAULT_AMOUNT, PAYER
from procedures.fees import Facts, Quote

from . import webhooks

#: A connected system makes one bill while so many dossiers are handed in.
_EVERY = 70
#: Of what is paid for its bills so much goes back; most of that it asks for itself.
_GOES_BACK, _ASKED_FOR = 0.06, 0.6
_REPORTS = {
    RefundState.PROPOSED: WebhookKind.REFUND_PROPOSED,
    RefundState.APPROVED: WebhookKind.REFUND_APPROVED,
    RefundState.REJECTED: WebhookKind.REFUND_REJECTED,
    RefundState.DONE: WebhookKind.BILL_REFUNDED,
}
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

    def report(self, at: datetime, refund: Row) -> None:
        """Tell the system how far a refund of its bill has come; surplus is no money of the bill."""
        if refund["payment_id"] is not None:
            self.hear(at, _REPORTS[refund["state"]], refund["payment_id"]["bill_id"], refund)

    def hear(self, at: datetime, kind: WebhookKind, bill: Row, refund: Row | None = None) -> None:
        """Tell the system, where one made the bill."""
        if self.hears:
            webhooks.tell(self.world, self.hears, at, kind, bill, self.place.agency.code, self.rng, refund)

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
    tale, bill = make(world, system, at, reference, rng)
    try:
        if rng.random() < 0.8:
            paying.plainly(tale, _when_paid(world, at, rng), bill)
            if rng.random() < _GOES_BACK:
                _give_back(tale, bill, system.client_id if rng.random() < _ASKED_FOR else None)
        else:
            ended = tale.when(at + timedelta(days=rng.uniform(10, 16)))
            reason = "Người yêu cầu không đến"
            bills.to(tale, ended, bill, BillState.CANCELLED, cause="api", detail={"reason": reason})
            tale.hear(ended, WebhookKind.BILL_CANCELLED, bill)
    except NotYet:
        money.finish(tale)


def make(world: World, system: System, at: datetime, reference: str, rng: Random) -> tuple[Errand, Row]:
    """Let the system make a bill; return its tale, and the bill."""
    code, description, amounts = rng.choice(_WORK)
    tale = begin(world, system.place, names.person(rng)[0], reference, rng)
    tale.hears = system.receiver
    line = {"code": code, "kind": str(FeeKind.PHI), "description": description, "amount": rng.choice(amounts)}
    due = datetime.combine((at + timedelta(days=15)).date(), time(23, 59), tzinfo=at.tzinfo)
    return tale, _bill(tale, at, line, description, cause="api", client_id=system.client_id, due_at=due)


def _when_paid(world: World, at: datetime, rng: Random) -> datetime:
    """Return when somebody pays, within minutes or days, at an hour at which people do."""
    if rng.random() < 0.4:
        return at + timedelta(minutes=rng.uniform(3, 90))
    return max(rhythm.online(rng, world.clock.day_of(at) + timedelta(days=rng.randrange(4))), at + timedelta(minutes=9))


def _give_back(tale: Errand, bill: Row, client: int | None) -> None:
    """Give back what was paid, or half of it; `client` asked for that, or an accountant of the office did."""
    rng, clock = tale.rng, tale.world.clock
    asked = clock.at_work(rng, tale.last, rng.choice((3, 10, 40)))
    amount = bill["amount"] if rng.random() < 0.6 else bill["amount"] // 2
    reason = rng.choice((RefundReason.COLLECTED_IN_ERROR, RefundReason.WITHDRAWN))
    payment, maker = tale.payments[-1], rng.randrange(2)
    refund = refunds.propose(tale, asked, amount, reason, payment=payment, maker=maker, client=client)
    paying.carry_out(tale, refund, clock.at_work(rng, asked, 6))


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
    tale = begin(world, place, PAYER, f"THU-{agency.code}-{at:%y%m%d-%H%M%S}", rng)
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


def begin(world: World, place: Place, payer: str, reference: str, rng: Random) -> Errand:
    """Begin the tale of money alone."""
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
