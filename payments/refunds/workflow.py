"""Refund workflow: one person proposes, another approves, then the gateway or a bank transfer.

The amount is held from its source under a row lock the moment it is proposed, so two
proposals can never give back more than was paid; the database has the last word
(`payment_refunded_at_most_its_amount`). Locks: bill, payment or case, refund.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import User
from core import live
from payments import discrepancies, proposals, transitions
from payments.bills.holds import Ending
from payments.errors import RefundRefused
from payments.models import ApiClient, Bill, BillLine, Discrepancy, FeeKind, LedgerEvent, Payment, Refund
from payments.models.discrepancies import HOLDING_MONEY
from payments.models.refunds import RefundReason
from payments.receipts import issue as receipts
from payments.signals import money_returned, refund_decided
from payments.states import BillState, EventKind, RefundState

from . import destination


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to give back. `remaining_seen` is what could be refunded when they looked."""

    amount: int
    remaining_seen: int
    reason: str
    idempotency_key: str
    note: str = ""
    bank_account: str = ""


def refundable_amount(payment: Payment, reason: str) -> int:
    """Return what may still be given back of a payment for a reason, whole đồng.

    Lines that the law does not refund (household business, docs/reference/fees.md#refunds) come back only
    when we collected them in error.
    """
    kept = sum(line.amount for line in payment.bill.lines.all() if not goes_back(line, reason))
    return max(payment.remaining_amount - kept, 0)


def returned_at_the_end(payment: Payment, ended: Ending) -> int:
    """Return what may still be given back of a payment whose matter has ended, whole đồng.

    All of what the bank took afterwards: nothing was owed any more, whatever the law keeps of a fee. Banks tell whole
    seconds: what was taken in the second of the end counts as taken afterwards.
    """
    is_late = payment.paid_at is not None and payment.paid_at >= ended.at.replace(microsecond=0)
    return refundable_amount(payment, RefundReason.COLLECTED_IN_ERROR if is_late else ended.reason)


def goes_back(line: BillLine, reason: str) -> bool:
    """Tell whether a line comes back for a reason: what was ours to take only by mistake; of the post's, postage."""
    if reason == RefundReason.NOT_POSTED:
        return line.kind == FeeKind.POSTAGE
    return line.is_refundable or reason == RefundReason.COLLECTED_IN_ERROR


def propose_for_payment(payment: Payment, proposal: Proposal, *, maker: User | ApiClient) -> Refund:
    """Propose to give back (part of) what settled a bill.

    Raises RemainingChanged, RefundRefused, IdempotencyConflict.
    """
    with transaction.atomic():
        Bill.objects.select_for_update().get(pk=payment.bill_id)
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if earlier := _earlier(locked.bill.agency_id, proposal):
            return earlier
        _check(proposal, locked)
        if proposal.amount > refundable_amount(locked, proposal.reason):
            raise RefundRefused(_why_not_refundable(locked))
        proposals.hold(locked, proposal.amount)
        return _create(proposal, maker, agency_id=locked.bill.agency_id, payment=locked)


def propose_for_case(discrepancy: Discrepancy, proposal: Proposal, *, maker: User) -> Refund:
    """Propose to give back money that no bill needs. Raises as `propose_for_payment`."""
    with transaction.atomic():
        locked = Discrepancy.objects.select_for_update().get(pk=discrepancy.pk)
        if earlier := _earlier(locked.agency_id, proposal):
            return earlier
        if locked.kind not in HOLDING_MONEY:
            raise RefundRefused(_("Vụ việc này không giữ tiền nào để hoàn."))
        _check(proposal, locked)
        proposals.hold(locked, proposal.amount)
        return _create(proposal, maker, agency_id=locked.agency_id, discrepancy=locked)


def _earlier(agency_id: int, proposal: Proposal) -> Refund | None:
    return proposals.earlier(Refund.objects.filter(agency_id=agency_id), proposal.idempotency_key, proposal.amount)


def _check(proposal: Proposal, source: Payment | Discrepancy) -> None:
    proposals.check_remaining(source, proposal.remaining_seen)
    destination.refuse_unproved(source, proposal.bank_account)
    if not 0 < proposal.amount <= source.remaining_amount:
        raise RefundRefused(_("Số tiền hoàn phải lớn hơn 0 và không quá số còn lại."))
    if proposal.reason not in RefundReason.values:
        raise RefundRefused(_("Chọn lý do hoàn tiền."))


def _why_not_refundable(payment: Payment) -> str:
    note = next((line.refund_note for line in payment.bill.lines.all() if not line.is_refundable), "")
    return note or _("Khoản này theo quy định không hoàn trả.")


def _create(proposal: Proposal, maker: User | ApiClient, **source: object) -> Refund:
    refund = Refund.objects.create(
        token=uuid.uuid4(),
        amount=proposal.amount,
        remaining_seen=proposal.remaining_seen,
        reason=proposal.reason,
        note=proposal.note[:500],
        bank_account=proposal.bank_account,
        idempotency_key=proposal.idempotency_key,
        maker=maker if isinstance(maker, User) else None,
        client=maker if isinstance(maker, ApiClient) else None,
        **source,
    )
    LedgerEvent.objects.create(kind=EventKind.REFUND_MOVED, after=refund.state, **_facts(refund, refund.maker))
    _audit(refund, refund.maker)
    refund_decided.send(sender=Refund, refund=refund)
    return refund


def give_account(refund: Refund, account: str, *, actor: User) -> None:
    """Say where a refund goes that has no account yet; whoever approves or transfers must be somebody else.

    Once given it stays: what the second person saw is what they agreed to. Raises RefundRefused.
    """
    with transaction.atomic():
        locked = lock(refund)
        if not destination.may_be_given(locked, actor):
            raise RefundRefused(_("Yêu cầu này đã có tài khoản nhận, hoặc bạn không phải người đề nghị."))
        destination.refuse_unproved(locked.payment or locked.discrepancy, account)
        locked.bank_account = account
        locked.save(update_fields=["bank_account"])
        audit.record(destination.GIVEN, f"refund:{locked.pk}", actor=actor, agency=locked.agency)


def approve(refund: Refund, *, checker: User) -> Refund:
    """Let a second person agree; the money then leaves by itself.

    Raises SamePerson, NotIndependent, IllegalTransition, RefundRefused while nobody has said where a transfer goes.
    """
    return _decide(refund, RefundState.APPROVED, checker=checker)


def reject(refund: Refund, *, checker: User, note: str = "") -> Refund:
    """Reject, and release the held amount. Raises SamePerson, IllegalTransition."""
    return _decide(refund, RefundState.REJECTED, checker=checker, note=note)


def withdraw(refund: Refund, *, maker: User) -> Refund:
    """Take back one's own proposal that nobody has decided; the held amount is free again. Raises RefundRefused."""
    with transaction.atomic():
        locked = lock(refund)
        if locked.state != RefundState.PROPOSED or locked.maker_id != maker.pk:
            raise RefundRefused(_("Chỉ người đề nghị rút lại được, khi chưa ai quyết định."))
        proposals.release(locked)
        locked.decided_at = timezone.now()
        move(locked, RefundState.REJECTED, "decided_at", actor=maker, note=_("Người đề nghị rút lại"))
    return locked


def _decide(refund: Refund, after: RefundState, *, checker: User, note: str = "") -> Refund:
    with transaction.atomic():
        locked = lock(refund)
        proposals.note_decision(locked, checker, is_agreed=after == RefundState.APPROVED)
        if after == RefundState.APPROVED:
            destination.check(locked, checker)
        locked.next_check_at = locked.decided_at if after == RefundState.APPROVED else None
        if after == RefundState.REJECTED:
            proposals.release(locked)
        move(locked, after, "checker", "decided_at", "next_check_at", actor=checker, note=note)
    return locked


def record_transfer(refund: Refund, *, reference: str, actor: User) -> Refund:
    """Note that a person has transferred the money by hand, or seen in the bank's books that it went.

    Raises SamePerson, NotIndependent, IllegalTransition, RefundRefused while nobody has said where it goes, and for the
    number of money that came in.
    """
    with transaction.atomic():
        locked = lock(refund)
        proposals.check_second_person(locked, actor)
        destination.check(locked, actor)
        if Payment.objects.filter(gateway_ref=reference).exists():
            raise RefundRefused(_("%(code)s là mã của tiền đã nhận: ghi mã của lệnh chuyển đi.") % {"code": reference})
        finish(locked, reference, actor=actor)
    return locked


def finish(locked: Refund, reference: str, *, actor: User | None = None) -> None:
    """Book that the money has gone back: ledger, bill, receipts, case. The caller holds the locks of `lock`."""
    locked.gateway_ref, locked.done_at, locked.next_check_at = reference[:64], timezone.now(), None
    move(locked, RefundState.DONE, "gateway_ref", "done_at", "next_check_at", actor=actor, note=reference)
    bill = locked.payment.bill if locked.payment else (locked.discrepancy.bill if locked.discrepancy else None)
    LedgerEvent.objects.create(
        kind=EventKind.MONEY_RETURNED,
        bill=bill,
        payment=locked.payment,
        amount=-locked.amount,
        money_key=f"refund:{locked.token}",
        merchant_account=locked.payment.merchant_account if locked.payment else None,
        value_date=timezone.localdate(),
        **_cause(locked, actor),
    )
    if locked.payment:
        _reduce_bill(locked, locked.payment, actor)
        discrepancies.close_refunded(locked.payment)
    elif locked.discrepancy:
        LedgerEvent.objects.create(
            kind=EventKind.SURPLUS_USED, bill=bill, amount=locked.amount, **_cause(locked, actor)
        )
        discrepancies.close_when_used(locked.discrepancy, _("Đã hoàn tiền"))
    money_returned.send(sender=Refund, refund=locked, bill=bill)
    if bill:
        token = bill.token
        transaction.on_commit(lambda: live.publish([token]))


def _reduce_bill(refund: Refund, payment: Payment, actor: User | None) -> None:
    bill = payment.bill
    returned = payment.refunds.filter(state=RefundState.DONE).aggregate(total=Sum("amount"))["total"]
    after = BillState.REFUNDED if returned == bill.amount else BillState.PARTLY_REFUNDED
    facts = {"payment": payment, "amount": refund.amount, **_cause(refund, actor)}
    event = transitions.bill_to(bill, after, at=timezone.now(), **facts)
    bill.save(update_fields=transitions.BILL_COLUMNS)
    event.save()
    receipts.revise(payment, refund.amount, refund.get_reason_display(), cause=f"refund:{refund.pk}")


def lock(refund: Refund) -> Refund:
    """Return the refund under lock, after its bill and its source."""
    if refund.payment_id:
        bill_id = Payment.objects.values_list("bill_id", flat=True).get(pk=refund.payment_id)
        Bill.objects.select_for_update().get(pk=bill_id)
        Payment.objects.select_for_update().get(pk=refund.payment_id)
    elif refund.discrepancy_id:
        Discrepancy.objects.select_for_update().get(pk=refund.discrepancy_id)
    related = ("payment__bill", "payment__merchant_account", "discrepancy__bill")
    return Refund.objects.select_for_update(of=("self",)).select_related(*related).get(pk=refund.pk)


def move(locked: Refund, after: RefundState, *columns: str, actor: User | None = None, note: str = "") -> None:
    """Move a locked refund along a listed edge, save `columns` with it and write the event."""
    event = transitions.refund_to(locked, after, **_facts(locked, actor, note))
    locked.save(update_fields=["state", *columns])
    event.save()
    _audit(locked, actor)
    if after in (RefundState.APPROVED, RefundState.REJECTED):
        refund_decided.send(sender=Refund, refund=locked)


def _facts(refund: Refund, actor: User | None, note: str = "") -> dict[str, object]:
    return {
        "bill_id": refund.payment.bill_id if refund.payment else None,
        "payment": refund.payment,
        "detail": {"amount": refund.amount, "reason": refund.reason, "note": note},
        **_cause(refund, actor),
    }


def _audit(refund: Refund, actor: User | None) -> None:
    if actor:
        audit.record(
            f"refund_{refund.state}", f"refund:{refund.pk}", actor=actor, agency=refund.agency, amount=refund.amount
        )


def _cause(refund: Refund, actor: User | None) -> dict[str, object]:
    return {"cause": "refund", "cause_id": str(refund.pk), "actor": actor}
