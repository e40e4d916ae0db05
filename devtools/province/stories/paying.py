"""Ways in which a fee comes, or does not: each is a plot, told from the moment the bill is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from devtools.province.writer.row import Row
from dossiers.models import Channel
from payments.models.discrepancies import DiscrepancyKind
from payments.models.refunds import RefundReason
from payments.states import BillState, PaymentState

from . import banks, corrections, hearing, money, refunds
from .corrections import of_kind
from .tale import Tale

Plot = Callable[[Tale, datetime, Row], None]
_GATEWAYS = ("vnptpay", "vietinbank", "payplatform", "vnpay", "momo", "vietinbank_direct")
_SHARES = (36, 26, 14, 10, 9, 5)
_REDIRECTS = ("vnptpay", "payplatform", "vnpay", "momo")


def gateway(tale: Tale, *only: str) -> str:
    """Choose a bank, of those given or of all."""
    if only:
        return tale.rng.choice(only)
    return tale.rng.choices(_GATEWAYS, _SHARES)[0]


def _minutes(tale: Tale, at: datetime, least: float, most: float) -> datetime:
    return at + timedelta(seconds=tale.rng.uniform(least * 60, most * 60))


def plainly(tale: Tale, at: datetime, bill: Row) -> None:
    """Somebody pays online, and the bank tells us within seconds."""
    payment = money.begin(tale, at, bill, gateway(tale))
    money.pay(tale, _minutes(tale, at, 0.5, 4), bill, payment, lag=tale.rng.uniform(0.4, 6))


def at_the_counter(tale: Tale, at: datetime, bill: Row) -> None:
    """Somebody pays at the office, in cash mostly."""
    when = tale.world.clock.at_work(tale.rng, at, 0.01)
    money.at_counter(tale, when, bill, by_card=tale.rng.random() < 0.25)


def asked_for(tale: Tale, at: datetime, bill: Row) -> None:
    """The callback is lost; asking the bank finds the money."""
    payment = money.begin(tale, at, bill, gateway(tale, "vnptpay", "payplatform", "vnpay", "momo"))
    money.pay(tale, _minutes(tale, at, 0.5, 3), bill, payment, lag=tale.rng.uniform(40, 130), way="query")


def told_by_the_file(tale: Tale, at: datetime, bill: Row) -> None:
    """Neither callback nor question finds the transfer: the bank's file of the next morning does."""
    payment = money.begin(tale, at, bill, "vietinbank")
    money.pay(tale, _minutes(tale, at, 1, 10), bill, payment, lag=0, way="statement")


def told_late(tale: Tale, at: datetime, bill: Row) -> None:
    """The attempt has run out when the bank tells of its money: what we said is corrected."""
    payment = money.begin(tale, at, bill, gateway(tale, *_REDIRECTS))
    paid = payment["expires_at"] - timedelta(minutes=tale.rng.uniform(1, 8))
    payment["_booked"] = True
    money.expire(tale, bill, payment)
    money.pay(tale, paid, bill, payment, lag=tale.rng.uniform(3600, 4 * 3600))


def at_the_second_try(tale: Tale, at: datetime, bill: Row) -> None:
    """The first attempt is refused or given up at the bank, the second brings the money."""
    payment = money.begin(tale, at, bill, gateway(tale, *_REDIRECTS, "vietinbank_direct"))
    money.end(tale, _minutes(tale, at, 0.5, 3), bill, payment, tale.rng.choice(("failed", "cancelled")))
    plainly(tale, _minutes(tale, at, 4, 30), bill)


def after_one_ran_out(tale: Tale, at: datetime, bill: Row) -> None:
    """An attempt runs out unpaid; later somebody pays by another way."""
    payment = money.begin(tale, at, bill, gateway(tale, *_REDIRECTS))
    money.expire(tale, bill, payment)
    later = _minutes(tale, payment["expires_at"], 20, 600)
    if tale.channel == Channel.ONLINE:
        plainly(tale, later, bill)
    else:
        at_the_counter(tale, later, bill)


def twice(tale: Tale, at: datetime, bill: Row) -> None:
    """Two transfers to one code: the second is surplus, and goes back."""
    payment = money.begin(tale, at, bill, "vietinbank")
    paid = _minutes(tale, at, 1, 4)
    money.pay(tale, paid, bill, payment, lag=2)
    money.pay(tale, _minutes(tale, paid, 1, 30), bill, payment, lag=2)
    give_back(tale, of_kind(payment, DiscrepancyKind.SURPLUS)[0], bill["amount"])


def at_two_banks(tale: Tale, at: datetime, bill: Row) -> None:
    """Paid in two browser tabs at two banks: one settles the bill, the other is surplus."""
    first, second = (money.begin(tale, _minutes(tale, at, 0, 1), bill, name) for name in ("vnptpay", "momo"))
    money.pay(tale, _minutes(tale, at, 2, 3), bill, first, lag=1)
    money.pay(tale, _minutes(tale, at, 4, 6), bill, second, lag=1)
    give_back(tale, of_kind(second, DiscrepancyKind.SURPLUS)[0], bill["amount"])


def too_little(tale: Tale, at: datetime, bill: Row) -> None:
    """A transfer of too little; the whole is paid by another way, and what came first goes back."""
    payment = money.begin(tale, at, bill, "vietinbank")
    amount = max(1000, bill["amount"] * tale.rng.choice((1, 5, 8)) // 10 // 1000 * 1000)
    amount = amount if amount < bill["amount"] else bill["amount"] - 500
    _wrong(tale, at, bill, payment, amount, DiscrepancyKind.SHORT)


def too_much(tale: Tale, at: datetime, bill: Row) -> None:
    """A transfer of too much, which settles nothing by itself."""
    payment = money.begin(tale, at, bill, "vietinbank")
    _wrong(tale, at, bill, payment, bill["amount"] * tale.rng.choice((2, 10)), DiscrepancyKind.OVER)


def _wrong(tale: Tale, at: datetime, bill: Row, payment: Row, amount: int, kind: DiscrepancyKind) -> None:
    money.pay(tale, _minutes(tale, at, 1, 5), bill, payment, lag=2, amount=amount)
    case = of_kind(payment, kind)[0]
    other = money.begin(tale, _minutes(tale, at, 60, 300), bill, gateway(tale, *_REDIRECTS))
    money.pay(tale, _minutes(tale, other["sent_at"], 1, 3), bill, other, lag=1)
    give_back(tale, case, amount)


def taken_back(tale: Tale, at: datetime, bill: Row) -> None:
    """The bank takes the money back days later; the fee is owed again, and some pay again."""
    payment = money.begin(tale, at, bill, gateway(tale, "vnpay", "momo", "vnptpay"))
    money.pay(tale, _minutes(tale, at, 1, 3), bill, payment, lag=1)
    tale.afterwards.append(lambda last: _reverse(tale, tale.world.clock.at_work(tale.rng, last, 30), bill, payment))


def _reverse(tale: Tale, when: datetime, bill: Row, payment: Row) -> None:
    money.reverse(tale, when, bill, payment)
    rng, clock = tale.rng, tale.world.clock
    answer = "Đã xác minh với ngân hàng"
    answered = clock.at_work(rng, when, 60)
    if bill["state"] == BillState.OPEN and rng.random() < 0.6:
        answered = clock.at_work(rng, when, 16)
        money.at_counter(tale, answered, bill, by_card=False)
        answer = "Đã nộp lại tại quầy"
        answered = clock.at_work(rng, answered, 4)
    elif bill["state"] == BillState.OPEN:
        answer, answered = "Đã lập hồ sơ nợ, chuyển theo dõi riêng", clock.at_work(rng, when, 200)
    for case in [*payment["_discrepancies"], *bill.get("_discrepancies", [])]:
        if not case.get("closed_at"):
            corrections.close(tale, answered, case, answer)


def collected_in_error(tale: Tale, at: datetime, bill: Row) -> None:
    """Paid, and part of it was too much by our mistake: refunds in every state come of this."""
    payment = money.begin(tale, at, bill, gateway(tale))
    money.pay(tale, _minutes(tale, at, 0.5, 4), bill, payment, lag=tale.rng.uniform(0.4, 6))
    tale.afterwards.append(lambda last: _refund(tale, last, bill, payment))


def _refund(tale: Tale, at: datetime, bill: Row, payment: Row) -> None:
    rng, clock = tale.rng, tale.world.clock
    if bill["state"] != BillState.PAID or of_kind(payment, DiscrepancyKind.PAID_IN_VAIN):
        return
    amount = bill["amount"] if rng.random() < 0.4 else max(1000, bill["amount"] // 2 // 1000 * 1000)
    amount = min(amount, bill["amount"])
    reason = rng.choice((RefundReason.COLLECTED_IN_ERROR, RefundReason.EXEMPTED_LATER))
    asked = clock.at_work(rng, at, 12)
    refund = refunds.propose(tale, asked, amount, reason, payment=payment, maker=rng.randrange(2))
    carry_out(tale, refund, clock.at_work(rng, asked, 6))


def carry_out(tale: Tale, refund: Row, at: datetime) -> None:
    """Take a refund as far as its time allows; some are rejected, some are unclear for a while."""
    rng = tale.rng
    if rng.random() < 0.1:
        refunds.reject(tale, at, refund, "Chưa đủ căn cứ: bổ sung xác nhận của công dân")
        if refund["discrepancy_id"] is None and not refund["payment_id"].get("_discrepancies"):
            return
        again = tale.world.clock.at_work(rng, at, 16)
        source = {"payment": refund["payment_id"], "case": refund["discrepancy_id"]}
        refund = refunds.propose(tale, again, refund["amount"], refund["reason"], **source)
        at = tale.world.clock.at_work(rng, again, 6)
    looked = refunds.approve(tale, at, refund)
    if refund["state"] == refunds.R.APPROVED:
        refunds.send(tale, looked, refund, is_unclear=rng.random() < 0.3)
        return
    when = tale.world.clock.at_work(rng, looked, 14)
    refunds.finish(tale, tale.when(when), refund, f"UNC{rng.randrange(10**8):08d}", refund["_other"])


def give_back(tale: Tale, case: Row, amount: int) -> None:
    """Give back what a discrepancy holds, after some days; some wait longer."""
    rng, clock = tale.rng, tale.world.clock
    asked = clock.at_work(rng, case["opened_at"], rng.choice((4, 12, 40)))
    refund = refunds.propose(tale, asked, amount, RefundReason.SURPLUS, case=case, maker=rng.randrange(2))
    carry_out(tale, refund, clock.at_work(rng, asked, 8))


def claimed(tale: Tale, at: datetime, bill: Row) -> None:
    """An attempt fails, and its payer says the bank took the money; answered after some days."""
    payment = money.begin(tale, at, bill, gateway(tale, *_REDIRECTS))
    money.end(tale, _minutes(tale, at, 1, 3), bill, payment, "failed")
    told = tale.when(_minutes(tale, at, 20, 200))
    case = make_claim(tale, told, bill, payment)
    answered = tale.world.clock.at_work(tale.rng, told, 10)
    corrections.close(
        tale, answered, case, "Ngân hàng trả lời: giao dịch không thành công, tiền đã về tài khoản của bạn."
    )
    plainly(tale, _minutes(tale, answered, 60, 900), bill)


def make_claim(tale: Tale, told: datetime, bill: Row, payment: Row) -> Row:
    """Let a payer say that the bank took the money, as `charge_claims.make` writes it down; return the discrepancy."""
    rng, clock = tale.rng, tale.world.clock
    charged = payment["sent_at"].astimezone(told.tzinfo).replace(second=0, microsecond=0)
    reference = f"FT{rng.randrange(10**9):09d}" if rng.random() < 0.7 else ""
    note, kind = f"{charged:%H:%M %d/%m/%Y} · {reference}", DiscrepancyKind.CHARGED_CLAIM
    case = corrections.discrepancy(tale, told, kind, bill["amount"], bill=bill, payment=payment, note=note)
    tale.write(
        "claim",
        told,
        payment_id=payment,
        discrepancy_id=case,
        amount=bill["amount"],
        charged_at=charged,
        bank_ref=reference,
        opened_at=told,
        due_at=clock.due(told, 3, "working_day"),
    )
    return case


def never(tale: Tale, at: datetime, bill: Row) -> None:
    """Nobody has paid so far; some have tried."""
    if tale.channel == Channel.ONLINE and tale.rng.random() < 0.4:
        money.begin(tale, _minutes(tale, at, 1, 900), bill, gateway(tale, *_REDIRECTS))


def unclear(tale: Tale, at: datetime, bill: Row) -> None:
    """The bank says that it is not sure: we go on asking, and tell nobody that it failed."""
    payment = money.begin(tale, at, bill, gateway(tale, "vnpay", "momo"))
    when = tale.when(_minutes(tale, at, 1, 3))
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
RARE: tuple[Plot, ...] = (
    twice,
    at_two_banks,
    too_little,
    too_much,
    taken_back,
    collected_in_error,
    claimed,
    told_late,
    told_by_the_file,
    asked_for,
    unclear,
)
