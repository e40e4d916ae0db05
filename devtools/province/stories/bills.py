"""Bills of a story, and what happens in the dossier when they are settled, opened again or closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.values.closed_names import LONGEST_FROZEN
from core.values.text import briefly
from devtools.province.writer.row import Row, naming
from dossiers.models import EventKind
from dossiers.states import DossierState
from payments.models.bills import FeeKind
from payments.states import BillState, bill_edge
from payments.states import EventKind as Ledger

from .tale import Tale, token

S = DossierState


def ledger(tale: Tale, at: datetime, kind: str, bill: Row | None, **values: Any) -> Row:
    """Add a line to the ledger."""
    if bill is not None:
        bill["_lines_in_ledger"] = bill.get("_lines_in_ledger", 0) + 1
    return tale.write("ledger", at, kind=kind, at=at, bill_id=bill, **values)


def make(
    tale: Tale, at: datetime, lines: Sequence[dict[str, Any]], description: str, *, is_exempt: bool = False
) -> Row:
    """Freeze a bill of a dossier, as `submission.bill_quote` and `bills.create` do."""
    bill = freeze(tale, at, lines, description, cause="dossier")
    amount = bill["amount"]
    if amount == 0 or is_exempt:
        to(tale, at, bill, BillState.WAIVED, cause="dossier", detail={"reason": "exempt" if is_exempt else "zero"})
    tale.write("link", at, dossier_id=tale.dossier, bill_id=bill)
    tale.event(at, EventKind.FEE_DUE if amount else EventKind.FEE_EXEMPT, bill_id=bill, amount=amount)
    tale.bills.append(bill)
    return bill


def freeze(
    tale: Tale, at: datetime, lines: Sequence[dict[str, Any]], description: str, *, cause: str, **columns: Any
) -> Row:
    """Freeze a bill with its lines, as `bills.create` does."""
    agency = tale.place.agency
    amount = sum(line["amount"] for line in lines)
    bill = tale.write(
        "bill",
        at,
        token=token(tale.rng),
        reference=tale.dossier["code"],
        agency_id=agency.pk,
        agency_name=agency.name,
        payer_name=tale.owner.name,
        description=briefly(description, LONGEST_FROZEN),
        amount=amount,
        state=BillState.OPEN,
        created_at=at,
        _of=lines,
        **columns,
    )
    for position, line in enumerate(lines):
        tale.write("line", at, bill_id=bill, position=position, **line)
    ledger(tale, at, Ledger.BILL_CREATED, bill, after=BillState.OPEN, cause=cause, detail={"amount": amount})
    return bill


def to(tale: Tale, at: datetime, bill: Row, after: BillState, **event: Any) -> None:
    """Move a bill along its edge, as `transitions.bill_to` does."""
    before = bill["state"]
    bill["state"] = after
    if after in (BillState.PAID, BillState.WAIVED):
        bill["settled_at"] = at
    elif after == BillState.OPEN:
        bill["settled_at"] = None
    ledger(tale, at, bill_edge(before, after), bill, before=before, after=after, **event)


def is_settled(tale: Tale) -> bool:
    """Tell whether nothing more is owed."""
    closed = (BillState.PAID, BillState.WAIVED, BillState.PARTLY_REFUNDED, BillState.CANCELLED)
    return all(bill["state"] in closed for bill in tale.bills) and not tale.dossier["facts"]["undetermined"]


def settled(tale: Tale, at: datetime, bill: Row, payment: Row) -> None:
    """What a settled bill brings about: the timeline, the message, the way on, the receipts."""
    tale.event(at, EventKind.FEE_PAID, bill_id=bill, amount=bill["amount"])
    if not bill.get("_told"):  # the product tells of a bill once, also when it is paid anew after a reversal
        tale.tell("fee_paid", naming("bill:", bill), at, amount=bill["amount"])
    bill["_told"] = True
    if is_settled(tale):
        tale.settled_at = at
        if tale.dossier["state"] == S.FINANCIAL_OBLIGATION:
            leave_pause(tale, at)
            tale.moved(at, S.IN_PROCESS, None, "Đã nộp đủ phí")
            tale.count_deadline()
    for kind in FeeKind.values:
        lines = [
            {"description": line["description"], "amount": line["amount"]}
            for line in bill["_of"]
            if line["kind"] == kind and line["amount"] > 0
        ]
        if lines:
            receipt(tale, at, payment, bill, kind, lines)


def receipt(tale: Tale, at: datetime, payment: Row, bill: Row, kind: str, lines: list[dict[str, Any]]) -> Row:
    """Issue a receipt; its number comes when it is written, in the order of time."""
    earlier = payment.setdefault("_receipts", [])
    made = tale.write(
        "receipt",
        at,
        token=token(tale.rng),
        series_id=tale.world.series(bill["agency_id"], kind, at),
        bill_id=bill,
        payment_id=payment,
        kind=kind,
        amount=sum(line["amount"] for line in lines),
        payer_name=bill["payer_name"],
        agency_name=bill["agency_name"],
        lines=lines,
        revision=1 + sum(found["kind"] == kind for found in earlier),
        issued_at=at,
        _valid=True,
    )
    earlier.append(made)
    return made


def cancel_receipt(
    tale: Tale, at: datetime, found: Row, reason: str, cause: Any, replacement: Row | None = None
) -> None:
    """Void a receipt, naming the one that took its place."""
    found["_valid"] = False
    tale.write(
        "cancellation",
        at,
        receipt_id=found,
        replacement_id=replacement,
        reason=reason,
        cause=cause,
        cancelled_at=at,
    )


def leave_pause(tale: Tale, at: datetime) -> None:
    """Let the clock run again."""
    tale.pauses[-1]["ended_at"] = at


def postage(tale: Tale, at: datetime, commune: str, street: str) -> dict[str, Any] | None:
    """Order the post as `post.orders.order` does; return the line to bill, or None where no tariff is in force."""
    day = tale.world.clock.day_of(at)
    rate = next((r for r in reversed(tale.world.scene.postage) if r[0] == "province" and r[1] <= day), None)
    tale.dossier["_postal"] = tale.write(
        "postal",
        at,
        dossier_id=tale.dossier,
        receiver_name=tale.owner.name,
        receiver_phone=tale.owner.phone,
        street=street,
        commune=commune,
        province="Phú Thọ",
        postage=rate[2] if rate else 0,
        ordered_at=at,
    )
    tale.event(at, EventKind.POST_ORDERED)
    if rate is None:
        return None
    return {
        "code": "CUOC-BUU-CHINH",
        "kind": FeeKind.POSTAGE,
        "description": "Cước gửi kết quả qua bưu chính công ích (thu hộ bưu điện)",
        "amount": rate[2],
        "explanation": "Gửi đến Phú Thọ",
        "legal_basis": rate[4],
        "source": {"province": "Phú Thọ", "rate": rate[3]},
        "is_refundable": True,
        "refund_note": "",
    }
