"""Progress of a dossier in a citizen's words: steps, whose turn it is, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.models import Dossier, NoticeKind, ReturnMethod, SigningState, WrittenNotice
from dossiers.processing.deadlines import reception_deadlines
from dossiers.states import DossierState as S
from payments.states import BillState
from procedures.calendar.days import calendar_from
from procedures.models.procedure import CollectWhen

WEEKDAYS = (
    gettext_lazy("thứ Hai"),
    gettext_lazy("thứ Ba"),
    gettext_lazy("thứ Tư"),
    gettext_lazy("thứ Năm"),
    gettext_lazy("thứ Sáu"),
    gettext_lazy("thứ Bảy"),
    gettext_lazy("Chủ nhật"),
)
#: Before which step a fee is due, as `ProcedureCase.when_to_pay` says; else before the result is given out.
_FEE_STEP: dict[str, int] = {CollectWhen.ON_SUBMIT: 1, CollectWhen.ON_ACCEPT: 2}
#: Days counted one by one; beyond that only the date is shown.
FARTHEST = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way. `at` is when it was done."""

    label: str | Promise
    is_done: bool
    is_current: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Who acts next and what they do, one sentence. `is_mine`: the citizen; nobody when it is over."""

    is_mine: bool
    is_over: bool
    text: str
    reason: str = ""


def steps(dossier: Dossier) -> list[Step]:
    """Return the way from handing in to the result, each step once; none for what ended without one. Reads `bills`."""
    if dossier.state in (S.REFUSED, S.WITHDRAWN, S.STOPPED):
        return []
    paid = _paid_at(dossier)
    is_returned = dossier.state == S.RETURNED
    way: list[tuple[str | Promise, bool, datetime | None]] = [
        (gettext_lazy("Nộp hồ sơ"), True, dossier.submitted_at),
        (gettext_lazy("Được tiếp nhận"), dossier.received_at is not None, dossier.received_at),
        (gettext_lazy("Có kết quả"), dossier.state in (S.FINISHED, S.RETURNED), dossier.finished_at),
        (gettext_lazy("Nhận kết quả"), is_returned, dossier.returned_at),
    ]
    if dossier.bills.all() or dossier.awaits_amount:
        fee = (_fee_label(dossier), dossier.is_settled, paid)
        way.insert(1 if dossier.is_settled else _FEE_STEP.get(dossier.case.collect_when, 3), fee)
    current = next((number for number, (_label, is_done, _at) in enumerate(way) if not is_done), -1)
    return [Step(label, is_done, number == current, at) for number, (label, is_done, at) in enumerate(way)]


def _fee_label(dossier: Dossier) -> Promise:
    """Nobody has paid what was waived."""
    bills = dossier.bills.all()
    is_waived = bool(bills) and all(bill.state == BillState.WAIVED for bill in bills) and not dossier.awaits_amount
    return gettext_lazy("Không phải nộp phí") if is_waived else gettext_lazy("Nộp phí")


def turn(dossier: Dossier) -> Turn:
    """Return whose turn it is. Reads `bills`."""
    state = S(dossier.state)
    owes = not dossier.awaits_amount and any(bill.missing_amount for bill in dossier.bills.all())
    if state == S.SUPPLEMENT:
        return Turn(True, False, _("Đến lượt bạn: bổ sung giấy tờ theo đề nghị của cơ quan."))
    if state == S.FINANCIAL_OBLIGATION and owes:
        return Turn(True, False, _("Đến lượt bạn: nộp phí để cơ quan giải quyết tiếp."))
    if state == S.SUBMITTED:
        if owes and dossier.case.collect_when == CollectWhen.ON_SUBMIT:
            return Turn(True, False, _("Đến lượt bạn: nộp phí để hồ sơ được tiếp nhận."))
        return Turn(
            False, False, _with_time(_("Cơ quan đang xem hồ sơ"), reception_deadlines([dossier]).get(dossier.pk))
        )
    if state == S.IN_PROCESS and dossier.signing_requests.filter(state=SigningState.WAITING).exists():
        return Turn(False, False, _with_time(_("Kết quả đang chờ lãnh đạo ký"), dossier.due_at))
    if state in (S.ACCEPTED, S.IN_PROCESS, S.FINANCIAL_OBLIGATION):
        return Turn(False, False, _with_time(_("Cơ quan đang giải quyết"), dossier.due_at))
    if state == S.FINISHED:
        return _ready(dossier, owes=owes)
    if state == S.RETURNED:
        return Turn(False, True, _("Đã trả kết quả. Cảm ơn bạn."))
    ended = {
        S.REFUSED: _("Hồ sơ không được tiếp nhận."),
        S.STOPPED: _("Cơ quan đã dừng giải quyết."),
        S.WITHDRAWN: _("Hồ sơ đã được rút."),
    }
    return Turn(False, True, ended[state], _why(dossier))


def working_days_left(dossier: Dossier, today: date) -> int | None:
    """Return the working days until the result is due, 0 today, negative when late; None when no day is counted."""
    if dossier.due_at is None or dossier.state not in (S.ACCEPTED, S.IN_PROCESS):
        return None
    due = timezone.localdate(dossier.due_at)
    if abs((due - today).days) > FARTHEST:
        return None
    first, last = min(today, due), max(today, due)
    working = calendar_from(first, dossier.agency)
    days = sum(working.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    return days if due >= today else -days


def _ready(dossier: Dossier, *, owes: bool) -> Turn:
    if owes:
        return Turn(True, False, _("Đã có kết quả. Đến lượt bạn: nộp phí rồi nhận kết quả."))
    if dossier.return_method == ReturnMethod.POST:
        return Turn(False, False, _("Đã có kết quả. Cơ quan gửi qua bưu điện, bạn sẽ nhận số vận đơn."))
    place = dossier.agency.name
    return Turn(True, False, _("Đã có kết quả. Đến lượt bạn: mang căn cước đến %(place)s nhận.") % {"place": place})


def _with_time(text: str, moment: datetime | None) -> str:
    return (
        _("%(what)s, hẹn trả lời trước %(when)s.") % {"what": text, "when": in_words(moment)} if moment else f"{text}."
    )


def in_words(moment: datetime) -> str:
    """Return "17:00 thứ Sáu 27/11/2026", in Viet Nam's time."""
    local = timezone.localtime(moment)
    day: date = local.date()
    return f"{local:%H:%M} {WEEKDAYS[day.weekday()]} {local:%d/%m/%Y}"


def _paid_at(dossier: Dossier) -> datetime | None:
    times = [bill.settled_at for bill in dossier.bills.all() if bill.settled_at]
    return max(times) if times and dossier.is_settled else None


def _why(dossier: Dossier) -> str:
    kinds = (NoticeKind.REFUSAL, NoticeKind.STOP)
    notice = WrittenNotice.objects.filter(dossier=dossier, kind__in=kinds, withdrawn_at=None).order_by("-id").first()
    return notice.reason if notice else ""
