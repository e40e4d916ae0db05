"""Ways in which a fee comes, or does not: each is a plot, told from the moment the bill is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from devtools.province.writer.row import Row
from dossiers.models import Channel
from payments.models.discrepancies import DiscrepancyKind
from payments.models.refunds import RefundReason
from payments.settlement.rules import MOST_TIMES
from payments.states import PaymentState

from . import banks, hearing, money, refunds
from .corrections import of_kind
from .tale import Tale

Plot = Callable[[Tale, datetime, Row], None]
_GATEWAYS = ("vnptpay", "vietinbank", "payplatform", "vnpay", "momo", "vietinbank_direct")
_SHARES = (36, 26, 14, 10, 9, 5)
REDIRECTS = ("vnptpay", "payplatform", "vnpay", "momo")


def gateway(tale: Tale, at: datetime, *only: str) -> str:
    """Choose a bank that takes payments at a moment, of those given or of all."""
    while True:
        name = tale.rng.choice(only) if only else tale.rng.choices(_GATEWAYS, _SHARES)[0]
        if tale.world.takes_payments(name, at):
            return name
        if only:
            return next((other for other in (*only, *_GATEWAYS) if tale.world.takes_payments(other, at)), name)


def minutes(tale: Tale, at: datetime, least: float, most: float) -> datetime:
    """Return a moment so many minutes later, at least and at most."""
    return at + timedelta(seconds=tale.rng.uniform(least * 60, most * 60))


def plainly(tale: Tale, at: datetime, bill: Row) -> None:
    """Somebody pays online, and the bank tells us within seconds."""
    payment = money.begin(tale, at, bill, gateway(tale, at))
    money.pay(tale, minutes(tale, at, 0.5, 4), bill, payment, lag=tale.rng.uniform(0.4, 6))


def at_the_counter(tale: Tale, at: datetime, bill: Row) -> None:
    """Somebody pays at the office, in cash mostly."""
    when = tale.world.clock.at_work(tale.rng, at, 0.01)
    money.at_counter(tale, when, bill, by_card=tale.rng.random() < 0.25)


def asked_for(tale: Tale, at: datetime, bill: Row) -> None:
    """The callback is lost; asking the bank finds the money."""
    payment = money.begin(tale, at, bill, gateway(tale, at, "vnptpay", "payplatform", "vnpay", "momo"))
    money.pay(tale, minutes(tale, at, 0.5, 3), bill, payment, lag=tale.rng.uniform(40, 130), way="query")


def told_by_the_file(tale: Tale, at: datetime, bill: Row) -> None:
    """Neither callback nor question finds the transfer: the bank's file of the next morning does."""
    payment = money.begin(tale, at, bill, "vietinbank")
    money.pay(tale, minutes(tale, at, 1, 10), bill, payment, lag=0, way="statement")


def told_late(tale: Tale, at: datetime, bill: Row) -> None:
    """The attempt has run out when the bank tells of its money: what we said is corrected."""
    payment = money.begin(tale, at, bill, gateway(tale, at, *REDIRECTS))
    paid = payment["expires_at"] - timedelta(minutes=tale.rng.uniform(1, 8))
    payment["_booked"] = True
    money.expire(tale, bill, payment)
    money.pay(tale, paid, bill, payment, lag=tale.rng.uniform(3600, 4 * 3600))


def at_the_second_try(tale: Tale, at: datetime, bill: Row) -> None:
    """The first attempt is refused or given up at the bank, the second brings the money."""
    payment = money.begin(tale, at, bill, gateway(tale, at, *REDIRECTS, "vietinbank_direct"))
    money.end(tale, minutes(tale, at, 0.5, 3), bill, payment, tale.rng.choice(("failed", "cancelled")))
    plainly(tale, minutes(tale, at, 4, 30), bill)


def after_one_ran_out(tale: Tale, at: datetime, bill: Row) -> None:
    """An attempt runs out unpaid; later somebody pays by another way."""
    payment = money.begin(tale, at, bill, gateway(tale, at, *REDIRECTS))
    money.expire(tale, bill, payment)
    later = minutes(tale, payment["expires_at"], 20, 600)
    if tale.channel == Channel.ONLINE:
        plainly(tale, later, bill)
    else:
        at_the_counter(tale, later, bill)


def twice(tale: Tale, at: datetime, bill: Row) -> None:
    """Two transfers to one code: the second is surplus, and goes back."""
    payment = money.begin(tale, at, bill, "vietinbank")
    paid = minutes(tale, at, 1, 4)
    money.pay(tale, paid, bill, payment, lag=2)
    money.pay(tale, minutes(tale, paid, 1, 30), bill, payment, lag=2)
    give_back(tale, of_kind(payment, DiscrepancyKind.SURPLUS)[0], bill["amount"])


def at_two_banks(tale: Tale, at: datetime, bill: Row) -> None:
    """Paid in two browser tabs at two banks: one settles the bill, the other is surplus."""
    then = minutes(tale, at, 0.2, 1)
    names = gateway(tale, at, "vnptpay", "payplatform"), gateway(tale, then, "vnpay", "momo")
    first, second = (money.begin(tale, when, bill, name) for when, name in zip((at, then), names, strict=True))
    money.pay(tale, minutes(tale, at, 2, 3), bill, first, lag=1)
    money.pay(tale, minutes(tale, at, 4, 6), bill, second, lag=1)
    give_back(tale, of_kind(second, DiscrepancyKind.SURPLUS)[0], bill["amount"])


def too_little(tale: Tale, at: datetime, bill: Row) -> None:
    """A transfer of too little; the whole is paid by another way, and what came first goes back."""
    payment = money.begin(tale, at, bill, "vietinbank")
    amount = max(1000, bill["amount"] * tale.rng.choice((1, 5, 8)) // 10 // 1000 * 1000)
    amount = amount if amount < bill["amount"] else bill["amount"] - 500
    _wrong(tale, at, bill, payment, amount, DiscrepancyKind.SHORT)


def too_much(tale: Tale, at: datetime, bill: Row) -> None:
    """A transfer of too much: it settles the bill and the rest goes back; far too much settles nothing by itself."""
    payment = money.begin(tale, at, bill, "vietinbank")
    times = tale.rng.choice((2, 10, 20))
    if times > MOST_TIMES:
        _wrong(tale, at, bill, payment, bill["amount"] * times, DiscrepancyKind.OVER)
        return
    money.pay(tale, minutes(tale, at, 1, 5), bill, payment, lag=2, amount=bill["amount"] * times)
    case = of_kind(payment, DiscrepancyKind.SURPLUS)[0]
    give_back(tale, case, case["amount"])


def _wrong(tale: Tale, at: datetime, bill: Row, payment: Row, amount: int, kind: DiscrepancyKind) -> None:
    money.pay(tale, minutes(tale, at, 1, 5), bill, payment, lag=2, amount=amount)
    case = of_kind(payment, kind)[0]
    later = minutes(tale, at, 60, 300)
    other = money.begin(tale, later, bill, gateway(tale, later, *REDIRECTS))
    money.pay(tale, minutes(tale, other["sent_at"], 1, 3), bill, other, lag=1)
    give_back(tale, case, amount)


def carry_out(tale: Tale, refund: Row, at: datetime) -> None:
    """Take a refund as far as its time allows; some are not approved, some unclear for a while, some not made."""
    rng, clock = tale.rng, tale.world.clock
    if rng.random() < 0.1:
        if rng.random() < 0.3 and refund["maker_id"]:
            refunds.withdraw(tale, at, refund)
        else:
            refunds.reject(tale, at, refund, "Chưa đủ căn cứ: bổ sung xác nhận của công dân")
        if refund["discrepancy_id"] is None and not refund["payment_id"].get("_discrepancies"):
            return
        again = clock.at_work(rng, at, 16)
        source = {"payment": refund["payment_id"], "case": refund["discrepancy_id"]}
        refund = refunds.propose(tale, again, refund["amount"], refund["reason"], **source)
        at = clock.at_work(rng, again, 6)
    if refunds.lacks_account(refund):
        refunds.give_account(tale, at, refund)
        at = clock.at_work(rng, at, 3)
    looked = refunds.approve(tale, at, refund)
    if refund["state"] == refunds.R.APPROVED:
        if rng.random() > 0.06:
            refunds.send(tale, looked, refund, is_unclear=rng.random() < 0.3)
            return
        refunds.leave(tale, looked, refund)
        refunds.refuse_at_bank(tale, looked + timedelta(seconds=2), refund)
    if refunds.lacks_account(refund):
        looked = clock.at_work(rng, looked, 5)
        refunds.give_account(tale, looked, refund)
    refunds.transfer(tale, clock.at_work(rng, looked, 14), refund)


def give_back(tale: Tale, case: Row, amount: int) -> None:
    """Give back what a discrepancy holds, after some days; some wait longer."""
    rng, clock = tale.rng, tale.world.clock
    asked = clock.at_work(rng, case["opened_at"], rng.choice((4, 12, 40)))
    refund = refunds.propose(tale, asked, amount, RefundReason.SURPLUS, case=case, maker=rng.randrange(2))
    carry_out(tale, refund, clock.at_work(rng, asked, 8))


def never(tale: Tale, at: datetime, bill: Row) -> None:
    """Nobody has paid so far; some have tried."""
    tale.is_forgotten = True
    if tale.channel == Channel.ONLINE and tale.rng.random() < 0.4:
        later = minutes(tale, at, 1, 900)
        money.begin(tale, later, bill, gateway(tale, later, *REDIRECTS))


def unclear(tale: Tale, at: datetime, bill: Row) -> None:
    """The bank says that it is not sure: we go on asking, and tell nobody that it failed."""
    payment = money.begin(tale, at, bill, gateway(tale, at, "vnpay", "momo"))
    when = tale.when(minutes(tale, at, 1, 3))
    payment |= {"returned_at": when, "_booked": True}
    expired = payment["expires_at"] + timedelta(seconds=20)
    if expired < tale.world.now:
        hearing.move(tale, expired, payment, bill, PaymentState.UNKNOWN, cause="expiry")
    if tale.world.now - when > timedelta(days=2):
        money.pay(tale, when, bill, payment, lag=tale.rng.uniform(7200, 20_000), way="query")
        return
    payment["_unclear"] = True
    told = banks.transaction(tale.rng, money.contract_of(payment), payment, when, "open")
    tale.world.book({**told, "state": "pending"})
    money.watch(tale, payment, when)


COMMON: tuple[tuple[Plot, float], ...] = (
    (plainly, 86),
    (at_the_second_try, 5),
    (after_one_ran_out, 3),
    (asked_for, 3),
    (told_by_the_file, 1.5),
    (told_late, 1.5),
)
