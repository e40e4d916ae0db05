"""Work lists: the dossiers of a desk, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from core.database.alphabet import alphabetical
from dossiers.desk.fees.state import Stuck, fee_state, owed, stuck_payment
from dossiers.fees.claims import claim_of
from dossiers.models import Dossier, DossierBill, ReturnMethod, SigningRequest, SigningState
from dossiers.models.dossier import DossierQuerySet
from dossiers.states import PAYMENT_HOLDS
from dossiers.states import DossierState as S
from payments.models import BillLine, Discrepancy, FeeKind, Payment
from payments.states import UNCLEAR_AFTER, BillState, DisplayState
from payments.status_queries.doubts import in_doubt
from procedures.models.procedure import CollectWhen

OPEN_STATES = (S.SUBMITTED, S.ACCEPTED, S.IN_PROCESS, S.SUPPLEMENT, S.FINANCIAL_OBLIGATION, S.STOPPED, S.FINISHED)
VIEWS = {
    "": _("Tất cả"),
    "cua-toi": _("Việc của tôi"),
    "cho-toi-ky": _("Chờ tôi ký"),
    "san-sang": _("Trả được ngay"),
    "ket": _("Kẹt thanh toán"),
    "lech-tien": _("Lệch tiền"),
    "cho-phi": _("Chờ nộp phí"),
    "tiep-nhan": _("Chờ tiếp nhận"),
    "xu-ly": _("Đang xử lý"),
    "trinh-ky": _("Đang trình ký"),
}
ORDERS = {
    "": (_("Việc cần làm trước"), ("urgency", "due_at", "pk")),
    "han": (_("Hạn trả"), ("due_at", "pk")),
    "moi": (_("Mới nhất"), ("-pk",)),
    "ten": (_("Tên chủ hồ sơ"), (alphabetical("owner_name"), "pk")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier of a list. `waits_for` says who has to act, `action` what, and the marks why it is highlighted."""

    dossier: Dossier
    fee: DisplayState
    owed: int
    waits_for: Promise
    action: Promise
    is_ready: bool
    stuck: Stuck | None
    is_overdue: bool
    reception_due: datetime | None


_OFFICER, _CITIZEN, _BANK, _DESK = _("Cán bộ xử lý"), _("Công dân"), _("Ngân hàng"), _("Quầy")
_ACCOUNTANT = _("Kế toán")
_SIGNER = _("Lãnh đạo")
_NEXT: dict[int, tuple[Promise, Promise]] = {
    S.SUBMITTED: (_DESK, _("Kiểm tra giấy tờ, tiếp nhận")),
    S.ACCEPTED: (_DESK, _("Chuyển cán bộ xử lý")),
    S.IN_PROCESS: (_OFFICER, _("Giải quyết, ghi kết quả")),
    S.SUPPLEMENT: (_CITIZEN, _("Bổ sung giấy tờ")),
    S.FINANCIAL_OBLIGATION: (_CITIZEN, _("Nộp phí, lệ phí")),
    S.STOPPED: (_OFFICER, _("Xem xét giải quyết tiếp")),
}
_ENDED = (_("Không ai"), _("Đã xong"))


def row_of(
    dossier: Dossier, now: datetime, reception_due: datetime | None = None, *, is_with_signer: bool = False
) -> Row:
    """Say what one dossier waits for, and until when. Reads `bills` and `exemption_checks`: prefetch for lists."""
    fee, stuck = fee_state(dossier), stuck_payment(dossier, now)
    is_ready = dossier.state == S.FINISHED and dossier.is_settled
    claim = claim_of(dossier)
    is_unproven = claim is not None and claim.is_open
    waits_for, action = _NEXT.get(dossier.state, _ENDED)
    if dossier.awaits_amount and dossier.state in OPEN_STATES:
        waits_for, action = _OFFICER, _("Xác định mức thu")
    elif is_with_signer:
        waits_for, action = _SIGNER, _("Ký kết quả")
    elif stuck:
        waits_for, action = _BANK, _("Hỏi ngân hàng; chưa rõ thì báo kế toán, đừng thu lại")
    elif dossier.state in PAYMENT_HOLDS and _paid(dossier) and _goes_back(dossier):
        waits_for, action = _ACCOUNTANT, _("Xem xét hoàn tiền đã nộp")
    elif any(bill.missing_amount < bill.amount for bill in dossier.bills.all() if bill.state == BillState.OPEN):
        waits_for, action = _ACCOUNTANT, _("Ghi nhận tiền đã đến; thu thêm thì hỏi trước")
    elif is_ready and is_unproven:
        waits_for, action = _DESK, _("Xem giấy miễn, giảm rồi trả kết quả")
    elif dossier.state == S.FINISHED:
        waits_for, action = (_DESK, _("Trả kết quả")) if is_ready else (_CITIZEN, _("Nộp phí rồi nhận kết quả"))
    due = reception_due if dossier.state == S.SUBMITTED else dossier.due_at
    is_overdue = dossier.state in (S.SUBMITTED, S.ACCEPTED, S.IN_PROCESS) and bool(due and due < now)
    is_ready = is_ready and not is_unproven
    return Row(dossier, fee, owed(dossier), waits_for, action, is_ready, stuck, is_overdue, reception_due)


def _paid(dossier: Dossier) -> int:
    """What the bills have taken and not given back, whole đồng."""
    return sum(payment.remaining_amount for bill in dossier.bills.all() for payment in bill.payments.all())


def _goes_back(dossier: Dossier) -> bool:
    """Whether an accountant has, or may get, something to give back: a fee that the law keeps opens no case."""
    is_undecided = dossier.state == S.STOPPED or dossier.ends_at is not None
    cases = (case for bill in dossier.bills.all() for case in bill.discrepancies.all())
    return is_undecided or any(case.closed_at is None for case in cases)


def worklist(
    dossiers: DossierQuerySet, now: datetime, *, view: str = "", order: str = "", user: User | None = None
) -> DossierQuerySet:
    """Narrow and sort open dossiers; one query, whatever their number."""
    every = dossiers.alias(is_unsettled=Exists(_unsettled_bills()), is_stuck=_stuck(now))
    marked = every.filter(state__in=OPEN_STATES)
    awaits_amount = Q(facts__has_key="undetermined") & ~Q(facts__undetermined=[])
    settled = Q(is_unsettled=False) & ~awaits_amount
    with_signer = marked.filter(
        Exists(SigningRequest.objects.filter(dossier=OuterRef("pk"), state=SigningState.WAITING)), state=S.IN_PROCESS
    )
    narrowed = {
        "": marked,
        "cua-toi": marked.filter(assignee=user),
        "cho-toi-ky": with_signer.filter(assignee=user),
        "trinh-ky": with_signer,
        "san-sang": marked.filter(settled, state=S.FINISHED),
        "ket": marked.filter(is_stuck=True),
        "lech-tien": every.filter(_has_discrepancy()),
        "cho-phi": marked.filter(~settled),
        "tiep-nhan": marked.filter(state=S.SUBMITTED),
        "xu-ly": marked.filter(state__in=(S.ACCEPTED, S.IN_PROCESS, S.SUPPLEMENT, S.FINANCIAL_OBLIGATION, S.STOPPED)),
    }[view]
    urgency = Case(
        When(Q(state=S.FINISHED) & settled, then=Value(0)),
        When(is_stuck=True, then=Value(1)),
        # What waits for the citizen's money is not the desk's next thing to do, however old it is.
        When(Q(state=S.SUBMITTED) & (settled | ~Q(case__collect_when=CollectWhen.ON_SUBMIT)), then=Value(2)),
        When(state__in=(S.ACCEPTED, S.IN_PROCESS), then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return narrowed.alias(urgency=urgency).order_by(*ORDERS[order][1])


def _bills(**wanted: object) -> QuerySet[DossierBill]:
    return DossierBill.objects.filter(
        dossier=OuterRef("pk"), **{f"bill__{key}": value for key, value in wanted.items()}
    )


def _unsettled_bills() -> QuerySet[DossierBill]:
    """Return the bills the result waits for; as in `Dossier.is_done_with`, not postage that went back."""
    fees = BillLine.objects.filter(bill=OuterRef("bill")).exclude(kind=FeeKind.POSTAGE)
    given_up = Q(bill__state=BillState.REFUNDED, dossier__return_method=ReturnMethod.COUNTER) & ~Exists(fees)
    return _bills(state__in=(BillState.OPEN, BillState.REFUNDED)).exclude(given_up)


def _has_discrepancy() -> Exists:
    """Whether money of a bill is unsettled: also of a dossier that ended."""
    return Exists(_bills().filter(Exists(Discrepancy.objects.filter(bill=OuterRef("bill"), closed_at=None))))


def _stuck(now: datetime) -> Exists:
    """Whether a payment of an open bill has been in doubt for too long."""
    payments = Payment.objects.filter(in_doubt(), bill=OuterRef("bill"), created_at__lt=now - UNCLEAR_AFTER)
    return Exists(_bills(state=BillState.OPEN).filter(Exists(payments)))
