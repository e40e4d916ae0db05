"""Carrying out one decision about a dossier."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.independence import NOT_TWO_HEADS
from dossiers.errors import (
    IllegalDossierMove,
    NotAssignable,
    NotExtendable,
    NothingOwed,
    NotIndependent,
    NotSignable,
    NotTakenBack,
    OwnDraft,
    StillOwed,
)
from dossiers.models import Dossier
from dossiers.processing import signing

from . import moved
from .access import DeskStaff, for_staff
from .decision_forms import AnswerForm, DecisionForm
from .open_decisions import DECISIONS, Decision, open_decisions


@require_http_methods(["GET", "POST"])
@for_staff
def work(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Show the form of `?viec=` and do what was filled in; a dossier that has moved on is said, not hidden."""
    dossier = moved.as_seen(request, staff.dossier_to_decide(code))
    decision = DECISIONS.get(request.GET.get("viec", ""))
    if decision is None:
        raise Http404
    if not decision.is_for(staff, dossier):
        raise PermissionDenied
    if decision not in open_decisions(dossier, staff):
        moved.warn(request, dossier)
        return redirect("desk-dossier", code=code)
    if request.method != "POST":
        return _page(request, staff, dossier, decision, _autofocused(decision.form(dossier=dossier)))
    if moved.has_moved(dossier):
        return _anew(request, staff, dossier, decision)
    form = decision.form(request.POST, request.FILES, dossier=dossier)
    if form.is_valid():
        try:
            decision.do(dossier, staff.user, form.cleaned_data, form)
        except IllegalDossierMove:
            moved.warn(request, dossier)
        except NotIndependent:
            form.add_error(None, NOT_TWO_HEADS)
        except OwnDraft:
            form.add_error(None, _("Người trình không tự ký dự thảo của mình: cần người khác ký."))
        except NotSignable:
            if isinstance(form, AnswerForm):
                return _anew(request, staff, dossier, decision)
            form.add_error(None, _("Không trình được: đã có dự thảo chờ ký, hoặc người này không ký ở cơ quan."))
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
    return _page(request, staff, dossier, decision, form, status=422)


def _anew(request: HttpRequest, staff: DeskStaff, dossier: Dossier, decision: Decision) -> HttpResponse:
    """Show the form as it would open now, with what was typed and who has moved the dossier: a second press counts."""
    dossier = staff.dossier_to_decide(dossier.code)
    form = decision.form(dossier=dossier, initial=request.POST.dict())
    return _page(request, staff, dossier, decision, _autofocused(form), moved_since=moved.words(dossier), status=409)


def _autofocused(form: DecisionForm) -> DecisionForm:
    form.visible_fields()[0].field.widget.attrs["autofocus"] = True
    return form


def _page(
    request: HttpRequest,
    staff: DeskStaff,
    dossier: Dossier,
    decision: Decision,
    form: DecisionForm,
    *,
    moved_since: str = "",
    status: int = 200,
) -> HttpResponse:
    waiting = form.waiting if isinstance(form, AnswerForm) else None
    context = {
        "staff": staff,
        "dossier": dossier,
        "decision": decision,
        "form": form,
        "waiting": waiting,
        "moved": moved_since,
        # A step that leaves process takes the draft from its signer: not behind anybody's back.
        "recalls": signing.waiting_for([dossier]).get(dossier.pk) if decision.after and not waiting else None,
    }
    return render(request, "dossiers/desk/work.html", context, status=status)
