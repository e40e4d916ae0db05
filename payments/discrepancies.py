"""Opens, assigns and closes discrepancies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import Role, User
from agencies.succession import chain_of
from payments.models.discrepancies import ASKING_BACK, HOLDING_MONEY, DiscrepancyKind
from payments.models.notifications import SET_ASIDE, NotificationState

from .errors import RefundRefused
from .models import Bill, Discrepancy, Notification, Payment, Refund
from .signals import claim_answered
from .states import BillState, PaymentState, ReallocationState, RefundState

#: An open discrepancy older than this is shown as late.
PATIENCE = timedelta(days=3)


def new_discrepancy(
    kind: DiscrepancyKind,
    *,
    agency_id: int,
    amount: int,
    bill: Bill | None = None,
    payment: Payment | None = None,
    notification: Notification | None = None,
    note: str = "",
) -> Discrepancy:
    """Return a discrepancy to be saved by the caller, who writes many at once."""
    return Discrepancy(
        kind=kind,
        agency_id=agency_id,
        bill=bill,
        payment=payment,
        notification=notification,
        amount=amount,
        note=note[:500],
    )


def give_owners(limit: int = 200) -> int:
    """Give each open discrepancy that has nobody to the accountant of its agency with the fewest; return how many.

    An agency without accountants leaves its discrepancies to the province's, a dissolved one to its heir.
    Safe to run twice at once.
    """
    today = timezone.localdate()
    with transaction.atomic():
        unowned = Discrepancy.objects.filter(owner=None, closed_at=None).order_by("id")
        cases = list(unowned.select_for_update(skip_locked=True)[:limit])
        given = [case for case in cases if _give(case, today)]
    return len(given)


def _accountants(today: date) -> QuerySet[User]:
    return User.objects.filter(
        is_active=True, memberships__role=Role.ACCOUNTANT, memberships__valid_during__contains=today
    )


def _give(discrepancy: Discrepancy, today: date) -> bool:
    accountants = _accountants(today)
    by_load = accountants.annotate(load=Count("cases", filter=Q(cases__closed_at=None), distinct=True))
    for agency_id in chain_of(discrepancy.agency, today):
        owner = by_load.filter(memberships__agency=agency_id).order_by("load", "pk").first()
        if owner:
            discrepancy.owner = owner
            discrepancy.save(update_fields=["owner"])
            return True
    return False


def assign(discrepancy: Discrepancy, owner: User, *, actor: User) -> None:
    """Make somebody responsible for a discrepancy."""
    with transaction.atomic():
        Discrepancy.objects.filter(pk=discrepancy.pk, closed_at=None).update(owner=owner)
        audit.record("assign_case", f"case:{discrepancy.pk}", actor=actor, agency=discrepancy.agency, owner=owner.pk)


def close(discrepancy: Discrepancy, *, actor: User, resolution: str) -> None:
    """Close a discrepancy with a reason.

    Raises RefundRefused while it still holds somebody's money, a proposal for its money is not carried out, or the
    notification it is about could not be worked off: another person than an accountant sets that aside.
    """
    with transaction.atomic():
        locked = Discrepancy.objects.select_for_update().get(pk=discrepancy.pk)
        if locked.closed_at:
            return
        if locked.kind in HOLDING_MONEY and locked.remaining_amount > 0:
            raise RefundRefused(
                _("Vụ việc còn giữ tiền của người nộp: hoàn hoặc chuyển sang khoản khác trước khi đóng.")
            )
        if locked.notification and locked.notification.state == NotificationState.QUARANTINED:
            raise RefundRefused(
                _("Thông báo của ngân hàng chưa xử lý được: bấm xử lý lại, hoặc nhờ quản trị tỉnh bỏ qua rồi mới đóng.")
            )
        if _is_under_way(locked):
            raise RefundRefused(
                _("Còn đề nghị hoàn hoặc chuyển tiền chưa xong: chờ người thứ hai quyết định rồi mới đóng vụ việc.")
            )
        locked.closed_at, locked.resolution = timezone.now(), resolution[:255]
        locked.save(update_fields=["closed_at", "resolution"])
        if locked.kind == DiscrepancyKind.CHARGED_CLAIM:
            claim_answered.send(sender=Discrepancy, case=locked)
        audit.record("close_case", f"case:{locked.pk}", actor=actor, agency=locked.agency, resolution=resolution)


def close_refunded(payment: Payment) -> None:
    """Close what asked for a payment to be given back, the oldest first, once so much of it has gone back."""
    returned = payment.refunds.filter(state=RefundState.DONE).aggregate(total=Sum("amount"))["total"] or 0
    for case in Discrepancy.objects.filter(payment=payment, kind__in=ASKING_BACK).order_by("pk"):
        returned -= case.amount
        if returned < 0:
            break
        if case.closed_at is None:
            case.closed_at, case.resolution = timezone.now(), _("Đã hoàn tiền")
            case.save(update_fields=["closed_at", "resolution"])


def still_asked(cases: Iterable[Discrepancy], proposed: int) -> dict[int, int]:
    """Return what each case that asks for one payment to be given back still waits for: id → whole đồng.

    `proposed` is what was proposed or given back of the payment: it counts for the oldest case first.
    """
    waiting = {}
    for case in sorted(cases, key=lambda each: each.pk):
        done = min(case.amount, proposed)
        proposed -= done
        waiting[case.pk] = 0 if case.closed_at else case.amount - done
    return waiting


def amount_asked_back(payment: Payment) -> int:
    """Return what open cases ask to be given back of a payment and nobody has proposed yet, whole đồng."""
    cases = Discrepancy.objects.filter(payment=payment, kind__in=ASKING_BACK)
    proposed = payment.refunds.exclude(state=RefundState.REJECTED).aggregate(total=Sum("amount", default=0))["total"]
    return sum(still_asked(cases, proposed).values())


def close_overtaken(limit: int = 200) -> int:
    """Close what asks for something that has come about otherwise; return how many.

    Money the bank took back is owed no more once its bill was settled again, or closed. Of a payment the bank took
    back nothing is left to be refunded. A notification that nothing could be done with went through after all.
    """
    is_settled_again = Q(kind__in=(DiscrepancyKind.REVERSED, DiscrepancyKind.DEBT)) & ~Q(bill__state=BillState.OPEN)
    is_taken_back = Q(kind__in=ASKING_BACK, payment__state=PaymentState.REVERSED)
    with transaction.atomic():
        is_overtaken = Q(is_settled_again | is_taken_back, bill__isnull=False) | _is_through()
        open_cases = Discrepancy.objects.filter(is_overtaken, closed_at=None)
        related = open_cases.select_related("bill").order_by("id")
        cases = list(related.select_for_update(of=("self",), skip_locked=True)[:limit])
        overtaken = [case for case in cases if not _is_under_way(case)]
        for case in overtaken:
            case.closed_at, case.resolution = timezone.now(), _how_overtaken(case)
            case.save(update_fields=["closed_at", "resolution"])
    return len(overtaken)


def _is_through() -> Q:
    """Return the condition on a case whose notification went through after all, not by being set aside."""
    waits = (NotificationState.NEW, NotificationState.QUARANTINED)
    is_through = ~Q(notification__state__in=waits) & ~Q(notification__result=SET_ASIDE)
    return Q(is_through, kind=DiscrepancyKind.QUARANTINED, notification__isnull=False)


def _how_overtaken(case: Discrepancy) -> str:
    if case.kind == DiscrepancyKind.QUARANTINED:
        return _("Đã xử lý lại được")
    if case.kind in ASKING_BACK:
        return _("Ngân hàng đã thu hồi tiền: không còn gì để hoàn")
    is_paid = case.bill is not None and case.bill.state == BillState.PAID
    return _("Khoản đã được nộp lại") if is_paid else _("Khoản không còn phải nộp")


def close_when_used(locked: Discrepancy, resolution: str) -> None:
    """Close a discrepancy once all of its money has found its way; the caller holds the row's lock."""
    if locked.remaining_amount == 0 and locked.closed_at is None and not _is_under_way(locked):
        locked.closed_at, locked.resolution = timezone.now(), resolution[:255]
        locked.save(update_fields=["closed_at", "resolution"])


def _is_under_way(locked: Discrepancy) -> bool:
    """A proposal may still be rejected, which would leave its money to this case."""
    is_source = Q(discrepancy=locked)
    if locked.kind in ASKING_BACK and locked.payment_id:
        is_source |= Q(payment=locked.payment_id)
    refunds = Refund.objects.filter(is_source).exclude(state__in=(RefundState.DONE, RefundState.REJECTED))
    return refunds.exists() or locked.reallocations.filter(state=ReallocationState.PROPOSED).exists()


def pending_amount(discrepancy: Discrepancy) -> int:
    """Return how much of a case's used money only waits: for a second person, or for the bank, whole đồng."""
    refunds = discrepancy.refunds.exclude(state__in=(RefundState.DONE, RefundState.REJECTED))
    moves = discrepancy.reallocations.filter(state=ReallocationState.PROPOSED)
    sums = (rows.aggregate(total=Sum("amount", default=0))["total"] for rows in (refunds, moves))
    return sum(sums)


def reopen_unreturned(payment: Payment, *, since: datetime) -> None:
    """Open again what asked for a payment to be given back and was closed since a proposal that is now rejected."""
    closed = Discrepancy.objects.filter(payment=payment, kind__in=ASKING_BACK, closed_at__gte=since)
    for case in closed.select_for_update().order_by("pk"):
        reopen(case)


def reopen(locked: Discrepancy) -> None:
    """Open a closed case whose money is free again, with an owner on duty; the caller holds the row's lock."""
    if locked.closed_at is None:
        return
    today = timezone.localdate()
    locked.closed_at, locked.resolution = None, ""
    if locked.owner not in _accountants(today):
        locked.owner = None
    locked.save(update_fields=["closed_at", "resolution", "owner"])
    if locked.owner is None:
        _give(locked, today)
    audit.record("reopen_case", f"case:{locked.pk}", actor=None, agency=locked.agency)
