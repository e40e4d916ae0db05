"""Reallocates surplus of a discrepancy to the bills it was meant for: one proposes, another approves.

One transfer for several dossiers is split so (R-35); one for the wrong code is put right
(R-37). Bills are paid whole or not at all, so the amount is the sum of theirs. No edit
anywhere: the ledger takes the money out of the case and puts it into each bill, through
the same door as all money. Locks: bills by id, case, move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import User
from agencies.succession import chain_of
from core import live
from core.values.text import fold
from gateways.internal import Moved
from payments.models.discrepancies import HOLDING_MONEY
from payments.models.notifications import NotificationSource

from . import discrepancies, proposals, transitions
from .cash_desk import collect as cash_desk
from .cash_desk import internal_payments
from .errors import BillNotPayable, ReallocationRefused
from .models import Bill, Discrepancy, LedgerEvent, Reallocation
from .states import BillState, EventKind, ReallocationState

#: Of a reason why one person's money pays another's bill.
SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class ReallocationRequest:
    """What somebody wants moved. `references` are the codes of bills of the case's agency or of its units."""

    references: Sequence[str]
    remaining_seen: int
    note: str
    idempotency_key: str
    #: Why the money of one payer is for bills of another; needed where their names differ.
    other_payer: str = ""


def propose(discrepancy: Discrepancy, wish: ReallocationRequest, *, maker: User) -> Reallocation:
    """Hold the bills' amount from the case. Raises ReallocationRefused, RemainingChanged, IdempotencyConflict."""
    bills = [_open_bill(discrepancy.agency_id, reference) for reference in dict.fromkeys(wish.references)]
    amount = sum(bill.amount for bill in bills)
    with transaction.atomic():
        locked = Discrepancy.objects.select_for_update().get(pk=discrepancy.pk)
        if earlier := proposals.earlier(locked.reallocations.all(), wish.idempotency_key, amount):
            return earlier
        if locked.kind not in HOLDING_MONEY:
            raise ReallocationRefused(_("Vụ việc này không giữ tiền nào để chuyển."))
        if differing := of_others(locked, bills, wish.other_payer):
            raise ReallocationRefused(differing)
        proposals.check_remaining(locked, wish.remaining_seen)
        if not bills or amount > locked.remaining_amount:
            raise ReallocationRefused(_("Tổng các khoản phải lớn hơn 0 và không quá số tiền vụ việc còn giữ."))
        proposals.hold(locked, amount)
        note = " · ".join(filter(None, (wish.note, wish.other_payer)))
        move = Reallocation.objects.create(
            discrepancy=locked, amount=amount, note=note[:500], maker=maker, idempotency_key=wish.idempotency_key
        )
        move.bills.set(bills)
        _record(move, maker)
    return move


def payer_of(case: Discrepancy) -> str:
    """Return whose money a case holds, as far as it is known: the payer of the bill it came for."""
    return case.bill.payer_name if case.bill else ""


def of_others(case: Discrepancy, bills: Sequence[Bill], reason: str) -> str:
    """Return what to say of bills with another payer's name than the money; nothing where a reason is given."""
    payer = payer_of(case)
    others = [bill for bill in bills if payer and fold(bill.payer_name) != fold(payer)]
    if not others or len(reason.strip()) >= SHORTEST_REASON:
        return ""
    names = ", ".join(f"{bill.reference} ({bill.payer_name})" for bill in others)
    text = _("Tiền do %(payer)s nộp, nhưng các khoản này đứng tên người khác: %(names)s. Ghi lý do nếu đúng là vậy.")
    return text % {"payer": payer, "names": names}


def _open_bill(agency_id: int, reference: str) -> Bill:
    """A bill of the agency that holds the money, or of a unit for which it signed with the bank, as provinces do."""
    today = timezone.localdate()
    bills = Bill.objects.filter(reference=reference, state=BillState.OPEN, amount__gt=0).select_related("agency")
    candidates = [bill for bill in bills[:20] if agency_id in chain_of(bill.agency, today)]
    if len(candidates) != 1:
        raise ReallocationRefused(_("Không có đúng một khoản đang phải nộp với mã %(code)s.") % {"code": reference})
    return candidates[0]


def approve(move: Reallocation, *, checker: User) -> Reallocation:
    """Let a second person agree: the bills are paid now, with receipts, or nothing happens.

    Raises SamePerson, NotIndependent, ReallocationRefused when it was decided before, BillNotPayable when a bill has
    been paid or closed meanwhile, PaymentMayBeUnderWay while an online payment is in doubt.
    """
    for bill in move.bills.all():
        cash_desk.ask_about_open(bill)
    with transaction.atomic(durable=True):
        bills = list(move.bills.select_for_update(of=("self",)).select_related("agency").order_by("pk"))
        locked = _lock(move)
        proposals.check_second_person(locked, checker)
        if closed := next((bill for bill in bills if bill.state != BillState.OPEN), None):
            raise BillNotPayable(closed.reference)
        case = locked.discrepancy
        notifications = []
        for bill in bills:
            payment = internal_payments.create(bill, Moved.slug, prefix="CH", actor=checker)
            facts = {"case": case.pk, "move": locked.pk}
            notifications.append(
                internal_payments.tell(
                    payment, NotificationSource.MOVE, reference=f"move:{locked.pk}:{bill.pk}", facts=facts
                )
            )
        internal_payments.settle(notifications)
        values = {"bill": case.bill, "cause": "move", "cause_id": str(locked.pk), "actor": checker}
        LedgerEvent.objects.create(kind=EventKind.MONEY_MOVED, amount=-locked.amount, **values)
        LedgerEvent.objects.create(kind=EventKind.SURPLUS_USED, amount=locked.amount, **values)
        _decide(locked, ReallocationState.DONE, checker)
        discrepancies.close_when_used(case, _("Đã chuyển sang khoản khác"))
    live.publish([bill.token for bill in bills])
    return locked


def reject(move: Reallocation, *, checker: User) -> Reallocation:
    """Reject, and release the held amount. Raises SamePerson, ReallocationRefused."""
    with transaction.atomic():
        locked = _lock(move)
        proposals.release(locked)
        _decide(locked, ReallocationState.REJECTED, checker)
    return locked


def _lock(move: Reallocation) -> Reallocation:
    Discrepancy.objects.select_for_update().get(pk=move.discrepancy_id)
    related = Reallocation.objects.select_for_update(of=("self",)).select_related(
        "discrepancy__bill", "discrepancy__agency"
    )
    locked = related.get(pk=move.pk)
    if locked.state != ReallocationState.PROPOSED:
        raise ReallocationRefused(_("Đề nghị này đã được quyết định trước đó."))
    return locked


def _decide(locked: Reallocation, after: ReallocationState, checker: User) -> None:
    transitions.reallocation_to(locked, after)
    proposals.note_decision(locked, checker, is_agreed=after == ReallocationState.DONE)
    locked.save(update_fields=["state", "checker", "decided_at"])
    _record(locked, checker)


def _record(move: Reallocation, actor: User) -> None:
    agency = move.discrepancy.agency
    audit.record(f"move_{move.state}", f"case:{move.discrepancy_id}", actor=actor, agency=agency, amount=move.amount)
