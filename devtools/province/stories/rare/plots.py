"""Ways in which a fee comes that an office meets now and then."""

from __future__ import annotations

from datetime import datetime

from devtools.province.stories import corrections, money, paying, refunds
from devtools.province.stories.corrections import of_kind
from devtools.province.stories.tale import Tale
from devtools.province.writer.row import Row
from payments.models.discrepancies import DiscrepancyKind
from payments.models.refunds import RefundReason
from payments.states import BillState

from . import dead_letters, reallocations


def put_right(tale: Tale, at: datetime, bill: Row) -> None:
    """A transfer of far too much, out of which an accountant takes what is owed; the rest goes back."""
    payment = money.begin(tale, at, bill, "vietinbank")
    money.pay(tale, paying.minutes(tale, at, 1, 5), bill, payment, lag=2, amount=bill["amount"] * 20)
    case, rng, clock = of_kind(payment, DiscrepancyKind.OVER)[0], tale.rng, tale.world.clock
    wished = clock.at_work(rng, case["opened_at"], 6)
    if not reallocations.may_be_moved(tale, bill, case["amount"]):
        return
    move = reallocations.propose(tale, wished, case, bill, maker=rng.randrange(2))
    decided = clock.at_work(rng, wished, 5)
    if rng.random() < 0.15:
        reallocations.reject(tale, decided, move)
        wished, decided = (clock.at_work(rng, decided, hours) for hours in (3, 9))
        move = reallocations.propose(tale, wished, case, bill, maker=rng.randrange(2))
    reallocations.approve(tale, decided, move, bill)
    rest, asked = case["amount"] - case["used_amount"], clock.at_work(rng, decided, 5)
    refund = refunds.propose(tale, asked, rest, RefundReason.SURPLUS, case=case, maker=rng.randrange(2))
    paying.carry_out(tale, refund, clock.at_work(rng, asked, 6))


def not_understood(tale: Tale, at: datetime, bill: Row) -> None:
    """What the bank tells cannot be worked off; asking it finds the money, and a person puts the message aside."""
    case = dead_letters.not_understood(tale, at, bill, paying.gateway(tale, at, *paying.REDIRECTS, "vietinbank"))
    dead_letters.set_aside(tale, tale.world.clock.at_work(tale.rng, case["opened_at"], 7), case)


def at_a_shut_door(tale: Tale, at: datetime, bill: Row) -> None:
    """The bank does not take the attempt; another one does."""
    money.refused(tale, at, bill, paying.gateway(tale, at, "vnptpay", "momo", "payplatform", "vietinbank_direct"))
    paying.plainly(tale, paying.minutes(tale, at, 0.3, 3), bill)


def taken_back(tale: Tale, at: datetime, bill: Row) -> None:
    """The bank takes the money back days later; the fee is owed again, and some pay again."""
    payment = money.begin(tale, at, bill, paying.gateway(tale, at, "vnpay", "momo", "vnptpay"))
    money.pay(tale, paying.minutes(tale, at, 1, 3), bill, payment, lag=1)
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
    payment = money.begin(tale, at, bill, paying.gateway(tale, at))
    money.pay(tale, paying.minutes(tale, at, 0.5, 4), bill, payment, lag=tale.rng.uniform(0.4, 6))
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
    paying.carry_out(tale, refund, clock.at_work(rng, asked, 6))


def claimed(tale: Tale, at: datetime, bill: Row) -> None:
    """An attempt fails, and its payer says the bank took the money; answered after some days."""
    payment = money.begin(tale, at, bill, paying.gateway(tale, at, *paying.REDIRECTS))
    money.end(tale, paying.minutes(tale, at, 1, 3), bill, payment, "failed")
    told = tale.when(paying.minutes(tale, at, 20, 200))
    case = make_claim(tale, told, bill, payment)
    answered = tale.world.clock.at_work(tale.rng, told, 10)
    corrections.close(
        tale, answered, case, "Ngân hàng trả lời: giao dịch không thành công, tiền đã về tài khoản của bạn."
    )
    paying.plainly(tale, paying.minutes(tale, answered, 60, 900), bill)


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


RARE: tuple[paying.Plot, ...] = (
    paying.twice,
    paying.at_two_banks,
    paying.too_little,
    paying.too_much,
    taken_back,
    collected_in_error,
    claimed,
    paying.told_late,
    paying.told_by_the_file,
    paying.asked_for,
    paying.unclear,
    put_right,
    not_understood,
    at_a_shut_door,
)
