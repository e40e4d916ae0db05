"""Money that goes back: proposed by one accountant, approved by another, sent by the bank or by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agencies.models import Role
from devtools.province.people import persons
from devtools.province.writer.row import Row, naming
from dossiers.models import EventKind
from gateways.base import Capability
from gateways.internal import Counter
from payments.api.idempotency import hashed
from payments.models import Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.models.refunds import RefundReason
from payments.receipts.issue import keep
from payments.refunds import destination
from payments.refunds.dispatch import BACKOFF, LEASE
from payments.states import BillState, RefundState, check_refund_edge
from payments.states import EventKind as Ledger

from . import bills
from .bills import ledger
from .money import contract_of
from .tale import Tale

R = RefundState
#: What a bank says that does not give a payment back.
_REFUSALS = {"vnpay": "09 VNPAY tu choi hoan tien", "momo": "1088 Giao dich khong duoc hoan tien"}


def propose(
    tale: Tale,
    at: datetime,
    amount: int,
    reason: RefundReason,
    *,
    payment: Row | None = None,
    case: Row | None = None,
    maker: int = 0,
    client: int | None = None,
) -> Row:
    """Propose to give back (part of) what settled a bill, or what a discrepancy holds; it is held from now on.

    One of the office's accountants does, or the connected system `client`, which names no account.
    """
    tale.when(at)
    source = payment if payment is not None else case
    assert source is not None  # noqa: S101
    held = "reserved_amount" if payment is not None else "used_amount"
    remaining = source["amount"] - source.get(held, 0)
    source[held] = source.get(held, 0) + amount
    people = tale.place.office.people[Role.ACCOUNTANT]
    by = None if client else people[maker % len(people)]
    made = tale.write(
        "refund",
        at,
        token=UUID(bytes=tale.rng.randbytes(16), version=4),
        agency_id=tale.place.agency.pk,
        payment_id=payment,
        discrepancy_id=case,
        amount=amount,
        remaining_seen=remaining,
        reason=reason,
        state=R.PROPOSED,
        maker_id=by,
        client_id=client,
        idempotency_key=f"api:{client}:{hashed(client_key(tale.dossier['code']))}",
        proposed_at=at,
        _accountant=people[maker % len(people)],
        _other=people[(maker + 1) % len(people)],
    )
    if by:
        form = UUID(bytes=tale.rng.randbytes(16), version=4)
        made["idempotency_key"] = lambda: f"page:{'case' if case else 'payment'}:{source['id']}:{by}:{form}"
        if _needs_account(payment):
            made["bank_account"] = persons.bank_account(tale.rng, tale.owner.name)
    _record(tale, at, made, "", by)
    return made


def client_key(reference: str) -> str:
    """Return the Idempotency-Key under which a connected system asks to give back what was paid for its reference."""
    return f"{reference}-hoan"


def _needs_account(payment: Row | None) -> bool:
    return destination.is_needed(None if payment is None else Payment(gateway=payment["gateway"]))


def lacks_account(refund: Row) -> bool:
    """Tell whether nobody has said yet where the money goes that a person is to transfer."""
    payment = refund["payment_id"]
    is_cash = payment is not None and payment["gateway"] == Counter.slug
    is_transferred = refund["state"] == R.AWAITING_TRANSFER and not is_cash
    return not refund.get("bank_account") and (is_transferred or _needs_account(payment))


def give_account(tale: Tale, at: datetime, refund: Row) -> None:
    """Say where the money goes: whoever proposed it does, an accountant for a connected system."""
    tale.when(at)
    refund["bank_account"] = persons.bank_account(tale.rng, tale.owner.name)
    actor = refund["maker_id"] or refund["_accountant"]
    tale.world.audit(at, actor, destination.GIVEN, naming("refund:", refund), refund["agency_id"])


def to(
    tale: Tale, at: datetime, refund: Row, after: RefundState, actor: int | None, note: str = "", **columns: Any
) -> None:
    """Move a refund along its edge, as `refunds.workflow.move` does."""
    tale.when(at)
    before = refund["state"]
    check_refund_edge(before, after)
    refund |= {"state": after, **columns}
    _record(tale, at, refund, before, actor, note)


def _record(tale: Tale, at: datetime, refund: Row, before: str, actor: int | None, note: str = "") -> None:
    payment = refund["payment_id"]
    detail = {"amount": refund["amount"], "reason": refund["reason"], "note": note}
    ledger(
        tale,
        at,
        Ledger.REFUND_MOVED,
        payment["bill_id"] if payment is not None else None,
        payment_id=payment,
        before=before,
        after=refund["state"],
        detail=detail,
        **_cause(refund, actor),
    )
    if actor:
        action = f"refund_{refund['state']}"
        tale.world.audit(at, actor, action, naming("refund:", refund), refund["agency_id"], amount=refund["amount"])
    if refund["state"] in (R.PROPOSED, R.APPROVED, R.REJECTED):
        tale.report(at, refund)


def _cause(refund: Row, actor: int | None) -> dict[str, Any]:
    return {"cause": "refund", "cause_id": naming("", refund), "actor_id": actor}


def approve(tale: Tale, at: datetime, refund: Row) -> datetime:
    """Let the other accountant agree; return when the dispatcher has looked at it."""
    to(tale, at, refund, R.APPROVED, refund["_other"], checker_id=refund["_other"], decided_at=at, next_check_at=at)
    looked = at + timedelta(seconds=tale.rng.uniform(1, 20))
    if not _goes_by_gateway(refund):
        to(tale, looked, refund, R.AWAITING_TRANSFER, None, next_check_at=None)
    return looked


def _goes_by_gateway(refund: Row) -> bool:
    payment = refund["payment_id"]
    if payment is None or "_contract" not in payment:
        return False
    return Capability.REFUND in contract_of(payment).adapter.capabilities


def reject(tale: Tale, at: datetime, refund: Row, note: str) -> None:
    """Let the other accountant say no: what was held is free again."""
    who = refund["_other"]
    to(tale, at, refund, R.REJECTED, who, note, checker_id=who, decided_at=at, next_check_at=None)
    _release(refund)


def withdraw(tale: Tale, at: datetime, refund: Row) -> None:
    """Let the accountant who proposed it take it back before anybody has decided."""
    to(tale, at, refund, R.REJECTED, refund["maker_id"], "Người đề nghị rút lại", decided_at=at)
    _release(refund)


def _release(refund: Row) -> None:
    source, held = _source(refund)
    source[held] -= refund["amount"]


def _source(refund: Row) -> tuple[Row, str]:
    if refund["payment_id"] is not None:
        return refund["payment_id"], "reserved_amount"
    return refund["discrepancy_id"], "used_amount"


def send(tale: Tale, at: datetime, refund: Row, *, is_unclear: bool = False) -> None:
    """Let the bank give the money back: sent, perhaps unclear for a while, done."""
    leave(tale, at, refund)
    if is_unclear:
        at += timedelta(seconds=11)
        stay_unclear(tale, at, refund)
        at += timedelta(minutes=6)
    at += timedelta(seconds=tale.rng.uniform(0.5, 2))
    finish(tale, at, refund, f"{tale.rng.randrange(10**9, 10**10)}", None)


def leave(tale: Tale, at: datetime, refund: Row) -> None:
    """Write down that it is on its way to the bank, before it is."""
    to(tale, at, refund, R.SENT, None, sent_at=at, next_check_at=at + LEASE)


def stay_unclear(tale: Tale, at: datetime, refund: Row) -> None:
    """No answer comes from the bank: it is asked again later."""
    pause = BACKOFF.after(1)
    next_check_at = at + pause if pause else None
    to(tale, at, refund, R.UNKNOWN, None, error="time-out", check_count=1, next_check_at=next_check_at)


def refuse_at_bank(tale: Tale, at: datetime, refund: Row) -> None:
    """The bank does not give it back: a person has to transfer it."""
    error = _REFUSALS[refund["payment_id"]["gateway"]]
    to(tale, at, refund, R.AWAITING_TRANSFER, None, error=error, next_check_at=None)


def transfer(tale: Tale, at: datetime, refund: Row) -> None:
    """Let the other accountant transfer it, or give it back in cash what was paid in cash, and note the number."""
    payment = refund["payment_id"]
    sort = "PC" if payment is not None and payment["gateway"] == Counter.slug else "UNC"
    finish(tale, tale.when(at), refund, f"{sort}{tale.rng.randrange(10**8):08d}", refund["_other"])


def finish(tale: Tale, at: datetime, refund: Row, reference: str, actor: int | None) -> None:
    """Book that the money has gone back, as `refunds.workflow.finish` does."""
    to(tale, at, refund, R.DONE, actor, reference, gateway_ref=reference, done_at=at, next_check_at=None)
    payment, case = refund["payment_id"], refund["discrepancy_id"]
    bill = payment["bill_id"] if payment is not None else case["bill_id"]
    amount, cause = refund["amount"], _cause(refund, actor)
    ledger(
        tale,
        at,
        Ledger.MONEY_RETURNED,
        bill,
        payment_id=payment,
        amount=-amount,
        money_key=f"refund:{refund['token']}",
        merchant_account_id=payment["merchant_account_id"] if payment is not None else None,
        value_date=tale.world.clock.day_of(at),
        **cause,
    )
    if payment is not None:
        _reduce(tale, at, refund, payment, bill, cause)
    else:
        ledger(tale, at, Ledger.SURPLUS_USED, bill, amount=amount, **cause)
        if case["used_amount"] == case["amount"]:
            case |= {"closed_at": at, "resolution": "Đã hoàn tiền"}
    tale.report(at, refund)
    if bill is not None:
        tale.event(at, EventKind.FEE_REFUNDED, bill_id=bill, amount=amount)
        tale.tell("fee_refunded", naming("refund:", refund), at, amount=amount)


def _reduce(tale: Tale, at: datetime, refund: Row, payment: Row, bill: Row, cause: dict[str, Any]) -> None:
    payment["_returned"] = payment.get("_returned", 0) + refund["amount"]
    after = BillState.REFUNDED if payment["_returned"] == bill["amount"] else BillState.PARTLY_REFUNDED
    bills.to(tale, at, bill, after, payment_id=payment, amount=refund["amount"], **cause)
    returned, reason = refund["amount"], str(RefundReason(refund["reason"]).label)
    for found in reversed([each for each in payment.get("_receipts", []) if each["_valid"]]):
        if returned <= 0:
            break
        kept, returned = keep(found["lines"], returned)
        replacement = bills.receipt(tale, at, payment, bill, found["kind"], kept) if kept else None
        bills.cancel_receipt(tale, at, found, reason, naming("refund:", refund), replacement)
    for case in payment.get("_discrepancies", []):
        if case["kind"] == DiscrepancyKind.PAID_IN_VAIN and case["amount"] <= payment["_returned"]:
            case |= {"closed_at": at, "resolution": "Đã hoàn tiền"}
