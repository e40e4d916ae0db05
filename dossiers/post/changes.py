"""A postal order changed or taken back before the post has the result: where to, and what is owed for the way.

Postage nobody has paid is taken off what is owed; paid postage becomes a case for an accountant to give back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.audit import record as audit
from agencies.models import User
from dossiers.errors import NotPostable
from dossiers.messages.outbox import tell_what_is_due
from dossiers.models import Dossier, DossierEvent, EventKind, PostalOrder, PostalState, ReturnMethod
from dossiers.processing.transitions import advance
from dossiers.processing.versions import check_seen
from dossiers.states import DossierState
from payments import discrepancies
from payments.bills.create import NewLine
from payments.bills.replace import lines_of, replace
from payments.errors import BillHasMoney
from payments.models import Bill, FeeKind
from payments.models.discrepancies import DiscrepancyKind
from payments.models.refunds import RefundReason
from payments.refunds.workflow import refundable_amount
from payments.states import BillState

from . import orders

#: Said where BillHasMoney stops a change.
MONEY_UNDER_WAY = _(
    "Chưa đổi được: đang kiểm tra một lần nộp, hoặc mới nhận một phần tiền của khoản có cước bưu điện này. Nộp đủ hoặc "
    "đợi có kết quả rồi đổi; cần gấp thì gọi số ở cuối trang."
)


def changeable(dossier: Dossier) -> PostalOrder | None:
    """Return the order that may still be changed: the post does not have the result, and the dossier goes on."""
    made = PostalOrder.objects.filter(dossier=dossier, state=PostalState.ORDERED).select_related("bill").first()
    return made if dossier.state in orders.OPEN_STATES else None


def take_back(dossier: Dossier, *, officer: User | None = None) -> None:
    """Let the result be fetched at the counter after all; `officer` where somebody asks at the desk.

    Locks the bills, then the dossier. Raises NotPostable when there is nothing to take back, BillHasMoney while money
    for the postage is in doubt or has come in part, DossierMoved.
    """
    with transaction.atomic(durable=True):
        locked, made = _locked(dossier)
        _take_off(locked, made.bill, ())
        made.delete()
        locked.return_method = ReturnMethod.COUNTER
        locked.save(update_fields=["return_method"])
        DossierEvent.objects.create(dossier=locked, kind=EventKind.POST_TAKEN_BACK, actor=officer)
        tell_what_is_due(locked)
        if locked.state == DossierState.FINANCIAL_OBLIGATION and locked.is_settled:
            advance(locked, DossierState.IN_PROCESS, note="Không còn khoản phải nộp")
        if officer:
            audit.record("post_taken_back", f"dossier:{locked.code}", actor=officer, agency=locked.agency)


def change(dossier: Dossier, address: orders.Address) -> PostalOrder:
    """Send the result elsewhere; where that costs something else, it is billed anew. Locks, raises as `take_back`."""
    with transaction.atomic(durable=True):
        locked, made = _locked(dossier)
        is_priced_anew = orders.zone_of(address.province) != orders.zone_of(made.province)
        for name, value in asdict(address).items():
            setattr(made, name, value)
        if is_priced_anew:
            before, made.bill, made.ordered_at = made.bill, None, timezone.now()
            made.postage = orders.postage_to(address.province, timezone.localdate())
        made.save()
        if is_priced_anew:
            made.bill = _take_off(locked, before, orders.lines_of(locked))
            made.save(update_fields=["bill"])
            if not locked.awaits_amount:
                orders.bill(locked)
                tell_what_is_due(locked)
        DossierEvent.objects.create(dossier=locked, kind=EventKind.POST_CHANGED)
    return made


def _locked(dossier: Dossier) -> tuple[Dossier, PostalOrder]:
    """Return dossier and order under lock, after the bills, as money is locked. Raises NotPostable, DossierMoved."""
    list(Bill.objects.filter(pk__in=dossier.bill_links.values("bill")).select_for_update().order_by("pk"))
    locked = Dossier.objects.select_for_update(of=("self",)).select_related("agency").get(pk=dossier.pk)
    check_seen(dossier)
    made = changeable(locked)
    if made is None:
        raise NotPostable
    return locked, made


def _take_off(dossier: Dossier, bill: Bill | None, postage: Sequence[NewLine]) -> Bill | None:
    """Take the postage off an open bill, or open the case of paid postage.

    Return the bill that takes the place of an open one, with `postage` in place of the old.
    """
    if bill is None:
        return None
    if bill.state != BillState.OPEN:
        _ask_back(dossier, bill)
        return None
    if bill.received_amount:
        raise BillHasMoney(bill.reference)
    kept = [line for line in lines_of(bill) if line.kind != FeeKind.POSTAGE]
    new = replace(bill, [*kept, *postage], reason="Đổi cách nhận kết quả")
    DossierEvent.objects.create(dossier=dossier, kind=EventKind.FEE_CANCELLED, bill_id=bill.pk, amount=bill.amount)
    if new:
        orders.owe(dossier, new)
    return new if postage else None


def _ask_back(dossier: Dossier, bill: Bill) -> None:
    """Open the case of what was paid for a way that nobody goes."""
    payment = bill.settling_payment
    amount = refundable_amount(payment, RefundReason.NOT_POSTED) if payment else 0
    if amount:
        case = discrepancies.new_discrepancy(
            DiscrepancyKind.NOT_POSTED,
            agency_id=bill.agency_id,
            bill=bill,
            payment=payment,
            amount=amount,
            note=dossier.code,
        )
        case.save()
