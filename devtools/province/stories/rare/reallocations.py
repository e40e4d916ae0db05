"""Money that a discrepancy holds goes to a bill it was meant for: one proposes, another agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from agencies.models import Role
from devtools.province.stories import banks, hearing, internal
from devtools.province.stories.bills import ledger
from devtools.province.stories.tale import Tale
from devtools.province.writer.row import Row, naming
from gateways.base import Notification, OutcomeState
from payments.models.notifications import NotificationSource
from payments.states import BillState, PaymentState, ReallocationState
from payments.states import EventKind as Ledger

P, R = PaymentState, ReallocationState
_GATEWAY = "moved"


def may_be_moved(tale: Tale, bill: Row, amount: int) -> bool:
    """Tell whether so much may go to a bill: `_open_bill` wants it to be the only open one of its reference."""
    owed = [found for found in tale.bills if found["state"] == BillState.OPEN and found["amount"] > 0]
    return owed == [bill] and bill["amount"] <= amount


def propose(tale: Tale, at: datetime, case: Row, bill: Row, *, maker: int = 0) -> Row:
    """Hold a bill's amount from the case, as `reallocation.propose` does."""
    tale.when(at)
    people = tale.place.office.people[Role.ACCOUNTANT]
    case["used_amount"] = case.get("used_amount", 0) + bill["amount"]
    made = tale.write(
        "reallocation",
        at,
        discrepancy_id=case,
        amount=bill["amount"],
        note="Chuyển nhầm số tiền, người nộp đề nghị trừ vào khoản phải nộp",
        state=R.PROPOSED,
        maker_id=people[maker % len(people)],
        idempotency_key=tale.rng.randbytes(16).hex(),
        proposed_at=at,
        _checker=people[(maker + 1) % len(people)],
    )
    tale.write("reallocation_bill", at, reallocation_id=made, bill_id=bill)
    _audit(tale, at, made, made["maker_id"])
    return made


def reject(tale: Tale, at: datetime, move: Row) -> None:
    """Let the other accountant say no: what was held is free again."""
    tale.when(at)
    move["discrepancy_id"]["used_amount"] -= move["amount"]
    _decide(tale, at, move, R.REJECTED)


def approve(tale: Tale, at: datetime, move: Row, bill: Row) -> None:
    """Let the other accountant agree: the bill is paid, as `reallocation.approve` does it."""
    tale.when(at)
    checker, case = move["_checker"], move["discrepancy_id"]
    _pay(tale, at, move, bill, checker)
    values = {"cause": "move", "cause_id": naming("", move), "actor_id": checker}
    ledger(tale, at, Ledger.MONEY_MOVED, case["bill_id"], amount=-move["amount"], **values)
    ledger(tale, at, Ledger.SURPLUS_USED, case["bill_id"], amount=move["amount"], **values)
    _decide(tale, at, move, R.DONE)
    if case["used_amount"] == case["amount"]:
        case |= {"closed_at": at, "resolution": "Đã chuyển sang khoản khác"}


def _pay(tale: Tale, at: datetime, move: Row, bill: Row, checker: int) -> None:
    account = tale.place.moved.pk
    payment = internal.create(tale, at, bill, gateway=_GATEWAY, account=account, prefix="CH", actor=checker)
    reference = payment["merchant_ref"]
    news = Notification(
        gateway=_GATEWAY,
        event_key=reference,
        merchant_ref=reference,
        gateway_ref=reference,
        state=OutcomeState.PAID,
        amount=bill["amount"],
        currency="VND",
        occurred_at=at,
        facts={"case": move["discrepancy_id"], "move": move},
    )
    tale.payments.append(payment)
    told = banks.Told(news, None, NotificationSource.MOVE)
    carried = hearing.hear(tale, at, told, account, payment, bill, wait=0.0)
    assert carried is not None  # noqa: S101 - an open bill takes its amount

    def named() -> str:
        """Say which move it is, once it has an id."""
        return f"move:{move['id']}:{bill['id']}"

    digest = lambda: banks.digest(replace(news, gateway_ref=named()))  # noqa: E731
    carried["_notification"] |= {"event_key": named, "gateway_ref": named, "digest": digest}
    payment["gateway_ref"] = named
    carried["money_key"] = lambda: f"{_GATEWAY}:{account}:{named()}"


def _decide(tale: Tale, at: datetime, move: Row, after: ReallocationState) -> None:
    move |= {"state": after, "checker_id": move["_checker"], "decided_at": at}
    _audit(tale, at, move, move["_checker"])


def _audit(tale: Tale, at: datetime, move: Row, actor: int) -> None:
    subject = naming("case:", move["discrepancy_id"])
    tale.world.audit(at, actor, f"move_{move['state']}", subject, tale.place.agency.pk, amount=move["amount"])
