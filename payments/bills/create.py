"""Creates and closes bills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from agencies.models import Agency, User
from core import live
from core.values.closed_names import LONGEST_FROZEN
from core.values.text import briefly
from payments import transitions
from payments.errors import BillHasMoney, BillNotPayable, InvalidBill
from payments.models import ApiClient, Bill, BillLine, LedgerEvent
from payments.models.bills import TEST, FeeKind
from payments.signals import bills_cancelled, bills_settled
from payments.states import BillState, EventKind, PaymentState

#: No single administrative fee comes near; a larger number is a typing or unit error.
MAX_AMOUNT = 100_000_000_000


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line to bill, whole đồng, with where it comes from."""

    code: str
    kind: str
    description: str
    amount: int
    explanation: str = ""
    legal_basis: str = ""
    source: dict[str, Any] = field(default_factory=dict)
    is_refundable: bool = True
    refund_note: str = ""

    @classmethod
    def again(cls, line: BillLine) -> Self:
        """Return a billed line as it would be billed again."""
        return cls(**{each.name: getattr(line, each.name) for each in fields(cls)})


def create_bill(
    *,
    reference: str,
    agency: Agency,
    payer_name: str,
    description: str,
    lines: Sequence[NewLine],
    due_at: datetime | None = None,
    client: ApiClient | None = None,
    is_exempt: bool = False,
    cause: str = "dossier",
) -> Bill:
    """Freeze a bill. An exempt bill keeps its lines at what they come to and is waived at once.

    A description too long for a receipt ends where it begins to enumerate, with "…".
    Must run in a transaction of the caller's. Raises InvalidBill.
    """
    _check_lines(lines)
    bill = Bill.objects.create(
        reference=reference,
        agency=agency,
        agency_name=agency.name,
        payer_name=payer_name,
        description=briefly(description, LONGEST_FROZEN),
        amount=sum(line.amount for line in lines),
        due_at=due_at,
        client=client,
    )
    BillLine.objects.bulk_create(
        BillLine(bill=bill, position=position, **asdict(line) | {"refund_note": line.refund_note[:255]})
        for position, line in enumerate(lines)
    )
    LedgerEvent.objects.create(
        kind=EventKind.BILL_CREATED, bill=bill, after=bill.state, cause=cause, detail={"amount": bill.amount}
    )
    if bill.amount == 0 or is_exempt:
        _close(bill, BillState.WAIVED, cause=cause, reason="zero" if not is_exempt else "exempt")
    return bill


def _check_lines(lines: Sequence[NewLine]) -> None:
    if not lines:
        raise InvalidBill("lines", gettext("Cần ít nhất một dòng."))
    is_test_payment = {line.kind for line in lines} == {TEST}
    for number, line in enumerate(lines):
        if line.amount < 0:
            raise InvalidBill(f"lines[{number}].amount", gettext("Không được âm."))
        if line.kind not in FeeKind.values and not is_test_payment:
            raise InvalidBill(f"lines[{number}].kind", gettext("Phải là phi, le_phi hoặc postage."))
    if sum(line.amount for line in lines) > MAX_AMOUNT:
        raise InvalidBill("lines", gettext("Tổng quá %(most)s đồng.") % {"most": MAX_AMOUNT})


def cancel_bill(
    bill: Bill,
    *,
    reason: str,
    actor: User | None = None,
    cause: str = "officer",
    detail: Mapping[str, Any] | None = None,
) -> Bill:
    """Close a bill that nobody shall pay. Money that comes later is surplus with a case. `detail` goes to the ledger.

    Raises BillNotPayable when it is closed already, BillHasMoney while an attempt is in doubt.
    """
    with transaction.atomic():
        locked = Bill.objects.select_for_update().get(pk=bill.pk)
        if locked.state != BillState.OPEN:
            raise BillNotPayable(locked.reference)
        if locked.doubtful_payments or any(payment.state == PaymentState.PAID for payment in locked.payments.all()):
            raise BillHasMoney(locked.reference)
        _close(locked, BillState.CANCELLED, cause=cause, reason=reason, actor=actor, **(detail or {}))
    transaction.on_commit(lambda: live.publish([locked.token]))
    return locked


def _close(
    bill: Bill, state: BillState, *, cause: str, reason: str, actor: User | None = None, **detail: object
) -> None:
    facts = {"reason": reason, **detail}
    event = transitions.bill_to(bill, state, at=timezone.now(), cause=cause, actor=actor, detail=facts)
    bill.save(update_fields=transitions.BILL_COLUMNS)
    event.save()
    if bill.is_settled:
        bills_settled.send(sender=Bill, bill_ids=[bill.pk])
    elif state == BillState.CANCELLED:
        bills_cancelled.send(sender=Bill, bill_ids=[bill.pk])
