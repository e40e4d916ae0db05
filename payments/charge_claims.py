"""Charge claims: a payer says the bank took the money; becomes a discrepancy with proof and a deadline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from core import live
from gateways import internal
from payments.models.bills import new_token
from payments.models.discrepancies import HOLDING_MONEY, DiscrepancyKind

from . import discrepancies
from .errors import NothingToClaim, TooManyClaims
from .models import Bill, ChargeClaim, Discrepancy, Payment
from .signals import claim_answered
from .states import BillState, PaymentState
from .status_queries import query as status_queries

#: A bill and a network address make no more: a household has fewer, a prankster would like more.
MOST_PER_BILL, MOST_PER_ADDRESS, WITHIN = 3, 10, timedelta(hours=1)
#: Of these we know where the money is.
_MONEY_ACCOUNTED_FOR = (PaymentState.PAID, PaymentState.REVERSED)


@dataclass(frozen=True, slots=True)
class ClaimDetails:
    """What the payer says. `amount` is whole đồng; `proof` is a JPEG that we encoded ourselves, or nothing.

    `told_by` names the officer to whom they said it, "" where they wrote it themselves.
    """

    amount: int
    charged_at: datetime
    bank_ref: str = ""
    proof: bytes = b""
    told_by: str = ""


def claimable(bill: Bill) -> list[Payment]:
    """Return the attempts a payer may make a claim about, newest first. Reads `payments__claim`: prefetch it."""
    claimable_payments = [
        payment
        for payment in bill.payments.all()
        if payment.state not in _MONEY_ACCOUNTED_FOR
        and payment.gateway not in internal.SLUGS
        and not hasattr(payment, "claim")
    ]
    return sorted(claimable_payments, key=lambda payment: -payment.pk)


def make(payment: Payment, details: ClaimDetails, *, due_at: datetime) -> ChargeClaim:
    """Open the discrepancy of an attempt, or return the one it has, and ask the bank at once.

    Locks the bill, then the payment, so two clicks make one discrepancy. Raises NothingToClaim when
    the money has arrived, TooManyClaims. Call outside a transaction.
    """
    with transaction.atomic(durable=True):
        bill = Bill.objects.select_for_update().get(pk=payment.bill_id)
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if earlier := ChargeClaim.objects.filter(payment=locked).first():
            return earlier
        if locked.state in _MONEY_ACCOUNTED_FOR or locked.gateway in internal.SLUGS:
            raise NothingToClaim(locked.merchant_ref)
        _refuse_floods(locked)
        moment = timezone.localtime(details.charged_at).strftime("%H:%M %d/%m/%Y")
        case = discrepancies.new_discrepancy(
            DiscrepancyKind.CHARGED_CLAIM,
            agency_id=bill.agency_id,
            amount=details.amount,
            bill=bill,
            payment=locked,
            note=" · ".join(filter(None, (moment, details.bank_ref, details.told_by))),
        )
        case.save()
        claim = ChargeClaim(
            payment=locked,
            discrepancy=case,
            amount=details.amount,
            charged_at=details.charged_at,
            bank_ref=details.bank_ref[:64],
            due_at=due_at,
        )
        if details.proof:
            claim.proof.save(f"{new_token()}.jpg", ContentFile(details.proof), save=False)
        claim.save()
    status_queries.check(locked)
    live.publish([bill.token])
    return claim


def _refuse_floods(payment: Payment) -> None:
    """Raise TooManyClaims for one bill, or one address, that makes many."""
    of_bill = ChargeClaim.objects.filter(payment__bill=payment.bill_id)
    of_address = ChargeClaim.objects.filter(payment__client_ip=payment.client_ip, opened_at__gt=timezone.now() - WITHIN)
    if of_bill.count() >= MOST_PER_BILL or (payment.client_ip and of_address.count() >= MOST_PER_ADDRESS):
        raise TooManyClaims(payment.merchant_ref)


def are_open(bills: QuerySet[Bill]) -> bool:
    """Tell whether a claim about one of these bills is still open."""
    return ChargeClaim.objects.filter(payment__bill__in=bills, discrepancy__closed_at=None).exists()


def claimed_among(bills: Iterable[Bill]) -> set[int]:
    """Return the ids of those of these bills about which a claim is open: their payers are not asked to pay again."""
    open_claims = ChargeClaim.objects.filter(payment__bill__in=[bill.pk for bill in bills], discrepancy__closed_at=None)
    return set(open_claims.values_list("payment__bill", flat=True))


def forget_proofs(bills: QuerySet[Bill]) -> None:
    """Delete the pictures that payers sent; the discrepancies stay. Inside the caller's transaction."""
    for claim in ChargeClaim.objects.filter(payment__bill__in=bills).exclude(proof="").select_for_update():
        transaction.on_commit(lambda file=claim.proof, name=claim.proof.name: file.storage.delete(name))  # type: ignore[misc]
        ChargeClaim.objects.filter(pk=claim.pk).update(proof="")


def close_answered(limit: int = 200) -> int:
    """Close the discrepancies whose money has been found, with words the payer reads; return how many."""
    with transaction.atomic():
        is_found = Q(payment__state=PaymentState.PAID) | Q(Exists(_money_found()))
        with_answer = Discrepancy.objects.filter(is_found, kind=DiscrepancyKind.CHARGED_CLAIM, closed_at=None)
        related = with_answer.select_related("payment", "bill").prefetch_related("bill__discrepancies")
        cases = related.select_for_update(of=("self",), skip_locked=True).order_by("id")
        answered = list(cases[:limit])
        for case in answered:
            is_applied = case.payment is not None and case.payment.is_applied
            case.closed_at, case.resolution = timezone.now(), _answer(case)
            case.save(update_fields=["closed_at", "resolution"])
            if not is_applied:  # else the payer is notified that the bill is paid
                claim_answered.send(sender=Discrepancy, case=case)
    return len(answered)


def _money_found() -> QuerySet[Discrepancy]:
    """Return the sums just as somebody claimed that came for the same attempt, or since for the same bill."""
    same_sum = Discrepancy.objects.filter(bill=OuterRef("bill"), amount=OuterRef("amount"), kind__in=HOLDING_MONEY)
    return same_sum.filter(Q(payment=OuterRef("payment")) | Q(opened_at__gte=OuterRef("opened_at")))


def _answer(case: Discrepancy) -> str:
    """Return what became of the money of a claim, to be translated where it is read."""
    bill, is_applied = case.bill, case.payment is not None and case.payment.is_applied
    cases = bill.discrepancies.all() if bill else []
    same_sum = [each for each in cases if each.holds_money and each.amount == case.amount]
    was_part = bool(same_sum) and not any(each.remaining_amount for each in same_sum)
    if is_applied or (bill and bill.is_settled and was_part):
        return gettext_noop("Ngân hàng đã xác nhận; khoản được ghi nhận đã nộp.")
    if bill is None or bill.state != BillState.OPEN:
        return gettext_noop("Tiền đã đến khi khoản không còn phải nộp; sẽ hoàn lại cho bạn.")
    if bill.missing_amount:
        return gettext_noop("Tiền đã đến nhưng chưa đủ; số còn thiếu ở trên.")
    return gettext_noop("Tiền đã đến; kế toán đang ghi nhận, không cần nộp nữa.")
