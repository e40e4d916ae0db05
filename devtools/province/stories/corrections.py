"""Money that does not fit: discrepancies with their owners, reversals, what a bank's file told first."""

from __future__ import annotations

from datetime import datetime, timedelta

from agencies.models import Role
from devtools.province.scene import Contract
from devtools.province.writer.row import Row, naming
from dossiers.models import EventKind
from dossiers.states import DossierState
from payments.models.discrepancies import DiscrepancyKind
from payments.states import BillState

from . import bills
from .tale import Tale


def discrepancy(
    tale: Tale,
    at: datetime,
    kind: DiscrepancyKind,
    amount: int,
    *,
    bill: Row | None = None,
    payment: Row | None = None,
    notification: Row | None = None,
    note: str = "",
    contract: Contract | None = None,
) -> Row:
    """Open a discrepancy of the office, or of who has the contract; the sweeper gives it to an accountant there."""
    made = tale.write(
        "discrepancy",
        at,
        kind=kind,
        agency_id=contract.agency_id if contract else tale.place.agency.pk,
        bill_id=bill,
        payment_id=payment,
        notification_id=notification,
        amount=amount,
        note=note[:500],
        opened_at=at,
    )
    people = contract.accountants if contract else tale.place.office.people[Role.ACCOUNTANT]
    if people and at + timedelta(minutes=2) < tale.world.now:
        made["owner_id"] = tale.rng.choice(people)
    of = payment if payment is not None else bill
    if of is not None:
        of.setdefault("_discrepancies", []).append(made)
    return made


def close(tale: Tale, at: datetime, found: Row, resolution: str) -> None:
    """Let its owner close a discrepancy with a reason, as `discrepancies.close` does."""
    tale.when(at)
    found |= {"closed_at": at, "resolution": resolution[:255]}
    owner = found.get("owner_id")
    tale.world.audit(at, owner, "close_case", naming("case:", found), found["agency_id"], resolution=resolution)
    if found["kind"] == DiscrepancyKind.CHARGED_CLAIM:
        tale.tell("claim_answered", naming("case:", found), at)


def of_kind(payment: Row, *kinds: DiscrepancyKind) -> list[Row]:
    """Return the open discrepancies of a payment."""
    found: list[Row] = payment.get("_discrepancies", [])
    return [each for each in found if each["kind"] in kinds and not each.get("closed_at")]


def paid_in_vain(tale: Tale, at: datetime, bill: Row, label: str) -> None:
    """Money of a dossier that is over: to be given back as far as the law gives it back."""
    amount = bill["amount"] - sum(line["amount"] for line in bill["_of"] if not line["is_refundable"])
    payment = next(found for found in tale.payments if found["bill_id"] is bill and found.get("is_applied"))
    if amount > 0:
        note = f"{tale.dossier['code']}: {label}"
        discrepancy(tale, at, DiscrepancyKind.PAID_IN_VAIN, amount, bill=bill, payment=payment, note=note)


def taken_back(tale: Tale, at: datetime, bill: Row, payment: Row) -> None:
    """What follows when the bank took its money back: void receipts, a bill that is owed again, perhaps a debt."""
    for found in payment.get("_receipts", []):
        if found["_valid"]:
            bills.cancel_receipt(tale, at, found, "Ngân hàng đã thu hồi tiền", "reversal")
    tale.settled_at = None
    tale.event(at, EventKind.FEE_TAKEN_BACK, bill_id=bill, amount=bill["amount"])
    number = bill["_lines_in_ledger"]
    tale.tell("fee_taken_back", lambda: f"bill:{bill['id']}:{number}", at, amount=bill["amount"])
    if tale.dossier["state"] == DossierState.RETURNED:
        code = tale.dossier["code"]
        discrepancy(tale, at, DiscrepancyKind.DEBT, bill["amount"], bill=bill, note=code)


def end_bills(tale: Tale, at: datetime) -> None:
    """End the bills of a dossier that is over without a result, a minute later, as `fees.close_bills` does."""
    ended = at + timedelta(seconds=60 + tale.rng.uniform(0.5, 20))
    if ended >= tale.world.now:
        tale.dossier["ends_at"] = at + timedelta(seconds=60)
        return
    label = str(DossierState(tale.dossier["state"]).label)
    for bill in tale.bills:
        if bill["state"] == BillState.OPEN:
            bills.to(tale, ended, bill, BillState.CANCELLED, cause="dossier", detail={"reason": label})
            tale.event(ended, EventKind.FEE_CANCELLED, bill_id=bill, amount=bill["amount"])
        elif bill["state"] == BillState.PAID:
            paid_in_vain(tale, ended, bill, label)
