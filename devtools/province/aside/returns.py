"""What goes back today of bills of the connected system: one refund in every state, for its accountants to see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from devtools.province.stories import money, refunds
from devtools.province.stories.tale import NotYet
from devtools.province.stories.waiting import last_moment_of_work
from devtools.province.world import World
from devtools.province.writer.row import Row
from payments.models.refunds import RefundReason

from . import errands
from .errands import Errand, System

Step = Callable[[Errand, datetime, Row], object]
_SOON = timedelta(minutes=1)


def approve(tale: Errand, at: datetime, refund: Row) -> None:
    """Let the other accountant agree, whatever it takes."""
    if refunds.lacks_account(refund):
        refunds.give_account(tale, at - 30 * _SOON, refund)
    refunds.approve(tale, at, refund)


def give_back(tale: Errand, at: datetime, refund: Row) -> None:
    """Let the bank give it back."""
    approve(tale, at, refund)
    refunds.send(tale, at + timedelta(seconds=9), refund)


def ask_again(tale: Errand, at: datetime, refund: Row) -> None:
    """Send it to the bank, which has not answered yet, and gives it back within the hour."""
    approve(tale, at - timedelta(seconds=40), refund)
    refunds.leave(tale, at - timedelta(seconds=30), refund)
    refunds.stay_unclear(tale, at - timedelta(seconds=19), refund)
    made = {"ref": refund["token"].hex, "amount": refund["amount"], "bank_ref": f"{tale.rng.randrange(10**9, 10**10)}"}
    made |= {"made_at": at.timestamp(), "done_at": (tale.world.now + 40 * _SOON).timestamp()}
    for told in tale.world.books:
        if told["ref"] == refund["payment_id"]["merchant_ref"]:
            told["detail"]["refunds"] = [made]


def refuse(tale: Errand, at: datetime, refund: Row) -> None:
    """Send it to the bank, which does not give it back: an accountant has to."""
    approve(tale, at, refund)
    refunds.leave(tale, at + timedelta(seconds=9), refund)
    refunds.refuse_at_bank(tale, at + timedelta(seconds=11), refund)


def transfer(tale: Errand, at: datetime, refund: Row) -> None:
    """Give it back by hand."""
    approve(tale, at - 20 * _SOON, refund)
    refunds.transfer(tale, at, refund)


def reject(tale: Errand, at: datetime, refund: Row) -> None:
    """Let the other accountant say no."""
    refunds.reject(tale, at, refund, "Người nộp đã dùng dịch vụ")


#: By which bank it was paid, whether the system asks for it back, the share of it, and what became of that.
WAYS: tuple[tuple[str, bool, int, Step | None], ...] = (
    ("vietinbank", True, 1, None),
    ("momo", False, 1, None),
    ("vnpay", True, 1, approve),
    ("momo", True, 1, ask_again),
    ("vietinbank", False, 1, approve),
    ("vnpay", True, 1, refuse),
    ("momo", True, 2, give_back),
    ("vnptpay", True, 1, transfer),
    ("vnpay", True, 1, reject),
    ("vnpay", False, 1, refunds.withdraw),
)


def tell(world: World, system: System | None, rng: Random) -> None:
    """Tell of bills that were paid some days ago, and of their refunds until now."""
    if system is None:
        return
    base = last_moment_of_work(world)
    for number, (gateway, is_asked, share, step) in enumerate(WAYS, 1):
        at = base - timedelta(hours=50 + 20 * rng.random())
        tale, bill = errands.make(world, system, at, f"HT-{at:%y%m%d}-H{number:02d}", rng)
        with suppress(NotYet):
            payment = money.begin(tale, at + timedelta(hours=rng.uniform(0.1, 1)), bill, gateway)
            money.pay(tale, payment["sent_at"] + 2 * _SOON, bill, payment, lag=2)
            refund = refunds.propose(
                tale,
                min(world.clock.at_work(rng, tale.last, rng.choice((1, 4, 9))), base - timedelta(hours=1)),
                bill["amount"] // share,
                RefundReason.COLLECTED_IN_ERROR,
                payment=payment,
                maker=number % 2,
                client=system.client_id if is_asked else None,
            )
            if step:
                step(tale, base - _SOON * rng.uniform(1, 40) if step not in (approve, ask_again) else base, refund)
