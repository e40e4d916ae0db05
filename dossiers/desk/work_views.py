"""Carrying out one decision about a dossier."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dossiers.errors import (
    IllegalDossierMove,
    NotAssignable,
    NotExtendable,
    NothingOwed,
    NotSignable,
    NotTakenBack,
    StillOwed,
)

from .access import DeskStaff, for_staff
from .decision_forms import AnswerForm
from .open_decisions import DECISIONS, open_decisions

#: A colleague was faster; nothing was written.
MOVED = gettext_lazy("Hồ sơ vừa được người khác chuyển trạng thái.")


@require_http_methods(["GET", "POST"])
@for_staff
def work(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
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
        except NotSignable:
            form.add_error(
                None, _("Dự thảo vừa được ký, trả lại, rút hoặc thay. Người trình không tự ký dự thảo của mình.")
            )
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
        form.visible_fields()[0].field.widget.attrs["autofocus"] = True
    waiting = form.waiting if isinstance(form, AnswerForm) else None
    context = {"staff": staff, "dossier": dossier, "decision": decision, "form": form, "waiting": waiting}
    return render(request, "dossiers/desk/work.html", context, status=422 if form.errors else 200)
