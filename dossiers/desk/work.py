"""Working one dossier: the decisions that are open in its state, each with the form it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from agencies.models import User

from .. import working
from ..errors import IllegalDossierMove, NotAssignable, NotExtendable, NothingOwed, NotTakenBack, StillOwed
from ..handover import take_back
from ..models import Dossier, NoticeKind, Stage
from ..states import DOSSIER_EDGES
from ..states import DossierState as S
from .access import Staff, for_staff
from .work_forms import (
    AssignForm,
    DecisionForm,
    ExtendForm,
    NoteForm,
    ReasonForm,
    ResultForm,
    SupplementForm,
    TakeBackForm,
)

#: A colleague was faster; nothing was written.
MOVED = gettext_lazy("Hồ sơ vừa được người khác chuyển trạng thái.")
Do = Callable[[Dossier, User, dict[str, Any], Any], object]


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to decide. `after` is the state it leads to; None moves nothing and is open in `states`.

    `by` names the agencies of `Staff` it may be decided for.
    """

    name: str
    label: Promise
    form: type[DecisionForm]
    do: Do
    after: S | None = None
    states: tuple[S, ...] = tuple(S)
    by: str = "acts_for"

    def is_for(self, staff: Staff, dossier: Dossier) -> bool:
        """Tell whether somebody may decide it."""
        return dossier.agency_id in getattr(staff, self.by)

    def is_open(self, dossier: Dossier) -> bool:
        """Tell whether the state allows it."""
        if self.after is None:
            return dossier.state in self.states
        return dossier.state in self.states and (dossier.state, self.after) in DOSSIER_EDGES


def _notice(kind: NoticeKind) -> Do:
    return lambda dossier, actor, data, form: working.give_notice(
        dossier, kind, actor=actor, reason=data["reason"], items=data.get("items", "")
    )


def _go(after: S) -> Do:
    return lambda dossier, actor, data, form: working.go_on(dossier, after, actor=actor, note=data["note"])


_IN_WORK = (S.ACCEPTED, S.IN_PROCESS)
_OPEN = tuple(state for state in S if state not in (S.RETURNED, S.REFUSED, S.WITHDRAWN))
DECISIONS = {
    decision.name: decision
    for decision in (
        Decision(
            "giao",
            gettext_lazy("Giao người xử lý, trình ký"),
            AssignForm,
            lambda dossier, actor, data, form: working.assign(
                dossier, data["taker"], Stage(data["stage"]), actor=actor, note=data["note"]
            ),
            states=_OPEN,
            by="decides_for",
        ),
        Decision(
            "ket-qua",
            gettext_lazy("Ghi kết quả giải quyết"),
            ResultForm,
            lambda dossier, actor, data, form: working.record_result(
                dossier,
                number=data["number"],
                signed_on=data["signed_on"],
                signer=data["signer"],
                actor=actor,
                paper=data["file"],
            ),
            after=S.FINISHED,
        ),
        Decision(
            "bo-sung",
            gettext_lazy("Yêu cầu bổ sung giấy tờ"),
            SupplementForm,
            _notice(NoticeKind.SUPPLEMENT),
            after=S.SUPPLEMENT,
        ),
        Decision(
            "tu-choi", gettext_lazy("Từ chối tiếp nhận"), ReasonForm, _notice(NoticeKind.REFUSAL), after=S.REFUSED
        ),
        Decision("dung", gettext_lazy("Dừng giải quyết"), ReasonForm, _notice(NoticeKind.STOP), after=S.STOPPED),
        Decision(
            "xin-loi",
            gettext_lazy("Xin lỗi và gia hạn"),
            ExtendForm,
            lambda dossier, actor, data, form: working.extend(
                dossier, form.moment(), actor=actor, reason=data["reason"]
            ),
            states=_IN_WORK,
            by="leads",
        ),
        Decision(
            "cho-phi",
            gettext_lazy("Chờ nộp phí, lệ phí (dừng tính hạn)"),
            NoteForm,
            _go(S.FINANCIAL_OBLIGATION),
            after=S.FINANCIAL_OBLIGATION,
        ),
        Decision(
            "tiep-tuc",
            gettext_lazy("Giải quyết tiếp"),
            NoteForm,
            _go(S.IN_PROCESS),
            after=S.IN_PROCESS,
            states=(S.SUPPLEMENT, S.STOPPED, S.FINANCIAL_OBLIGATION),
        ),
        Decision(
            "da-bo-sung",
            gettext_lazy("Đã bổ sung đủ: tiếp nhận"),
            NoteForm,
            _go(S.ACCEPTED),
            after=S.ACCEPTED,
            states=(S.SUPPLEMENT,),
        ),
        Decision(
            "xem-lai",
            gettext_lazy("Đã bổ sung: xem lại để tiếp nhận"),
            NoteForm,
            _go(S.SUBMITTED),
            after=S.SUBMITTED,
        ),
        Decision(
            "thu-hoi",
            gettext_lazy("Thu hồi kết quả trả nhầm"),
            TakeBackForm,
            lambda dossier, actor, data, form: take_back(dossier, actor=actor, reason=data["reason"]),
            states=(S.RETURNED,),
            by="leads",
        ),
        Decision("rut", gettext_lazy("Công dân rút hồ sơ"), NoteForm, _go(S.WITHDRAWN), after=S.WITHDRAWN),
    )
}


def open_decisions(dossier: Dossier, staff: Staff) -> list[Decision]:
    """Return what somebody may decide about a dossier now."""
    found = [each for each in DECISIONS.values() if each.is_open(dossier) and each.is_for(staff, dossier)]
    # What never came into process goes back to reception: the clock has not begun. What did does not.
    wrong = "tiep-tuc" if dossier.received_at is None else "xem-lai"
    return [each for each in found if each.name != wrong]


@require_http_methods(["GET", "POST"])
@for_staff
def work(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show the form of `?viec=` and do what was filled in; a state that has moved on is said, not hidden."""
    dossier = staff.dossier_to_decide(code)
    decision = DECISIONS.get(request.GET.get("viec", ""))
    if decision is None:
        raise Http404
    if not decision.is_for(staff, dossier):
        raise PermissionDenied
    is_sent, state = request.method == "POST", str(dossier.state)
    if decision not in open_decisions(dossier, staff) or request.POST.get("from", state) != state:
        messages.warning(request, MOVED)
        return redirect("desk-dossier", code=code)
    form = decision.form(request.POST, request.FILES, dossier=dossier) if is_sent else decision.form(dossier=dossier)
    if is_sent and form.is_valid():
        try:
            decision.do(dossier, staff.user, form.cleaned_data, form)
        except IllegalDossierMove:
            messages.warning(request, MOVED)
        except NothingOwed:
            messages.warning(request, _("Phí, lệ phí đã nộp đủ: không phải chờ."))
        except StillOwed:
            messages.warning(request, _("Phí, lệ phí chưa nộp đủ. Hồ sơ tự được giải quyết tiếp khi tiền về."))
        except NotTakenBack:
            form.add_error(None, _("Người đã trả kết quả không tự thu hồi: cần một lãnh đạo khác."))
        except NotExtendable:
            form.add_error("until", _("Ngày hẹn mới phải sau ngày hẹn cũ và sau hôm nay."))
        except NotAssignable:
            form.add_error(None, _("Không giao được: hồ sơ đã kết thúc hoặc người này không còn làm ở cơ quan."))
        else:
            messages.success(request, _("Đã ghi: %(what)s.") % {"what": decision.label})
        if form.is_valid():
            return redirect("desk-dossier", code=code)
    if not is_sent:  # else the focus goes to what is wrong
        form.fields[next(iter(form.fields))].widget.attrs["autofocus"] = True
    context = {"staff": staff, "dossier": dossier, "decision": decision, "form": form}
    return render(request, "desk/work.html", context, status=422 if form.errors else 200)
