"""The desk: one box, one state that can be read from two metres, one decision."""

from __future__ import annotations

import re

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from agencies import audit
from agencies.models import User
from agencies.scope import agencies_of
from agencies.text import fold
from gateways import registry
from payments import checking, live
from payments.states import DisplayState

from .errors import IllegalDossierMove, NotReleasable
from .handover import release, why_not
from .models import Dossier
from .models.dossier import DossierQuerySet
from .states import DossierState
from .workflow import move

REASONS = {
    NotReleasable.NOT_FINISHED: gettext_lazy("Hồ sơ chưa có kết quả."),
    NotReleasable.NOT_SETTLED: gettext_lazy("Chưa nộp đủ phí: chưa trả kết quả được."),
    NotReleasable.ALREADY_RETURNED: gettext_lazy("Kết quả đã được trả."),
}
#: What an officer may press next, per state, until the full workflow of handling officers.
NEXT_STEPS = {
    DossierState.SUBMITTED: (DossierState.ACCEPTED, gettext_lazy("Tiếp nhận")),
    DossierState.ACCEPTED: (DossierState.IN_PROCESS, gettext_lazy("Chuyển xử lý")),
    DossierState.IN_PROCESS: (DossierState.FINISHED, gettext_lazy("Đã có kết quả")),
}


class ReceiverForm(forms.Form):
    """Who takes the result."""

    receiver_name = forms.CharField(label=gettext_lazy("Người nhận kết quả"), max_length=120)


def _mine(request: HttpRequest) -> DossierQuerySet:
    """Every dossier this officer may see; whoever asks for another gets a 404."""
    user: User = request.user  # type: ignore[assignment]
    return Dossier.objects.of_agencies(agencies_of(user, timezone.localdate()))


@never_cache
@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The box. A code or a slip's QR opens its dossier, a name or phone lists what fits."""
    text = request.GET.get("q", "").strip()[:200]
    mine = _mine(request)
    if text:
        code = re.sub(r"\s", "", text).upper()
        token = text.rstrip("/").rsplit("/", 1)[-1]
        exact = mine.filter(code=code).first() or mine.filter(slip_token=token).first()
        if exact:
            return redirect("desk-dossier", code=exact.code)
        digits = re.sub(r"\D", "", text)
        if len(digits) >= 9:
            found = mine.filter(owner_phone__endswith=digits[-9:])
        else:
            found = mine.filter(owner_search_key__contains=fold(text))
    else:
        found = mine.exclude(state__in=(DossierState.RETURNED, DossierState.REFUSED, DossierState.WITHDRAWN))
    rows = found.with_bills().order_by("-state", "due_at")[:30]
    return render(request, "desk/desk.html", {"text": text, "rows": [(row, fee_state(row)) for row in rows]})


def fee_state(dossier: Dossier) -> str:
    """Return the one state of all bills: the worst of them, EXEMPT when nothing is owed."""
    if dossier.awaits_amount:
        return DisplayState.NOT_PAID
    states = {bill.display_state for bill in dossier.bills.all()} - {DisplayState.CANCELLED}
    order = (DisplayState.CHECKING, DisplayState.NOT_PAID, DisplayState.REFUNDED, DisplayState.PAID)
    return next((state for state in order if state in states), DisplayState.EXEMPT)


def _context(dossier: Dossier) -> dict[str, object]:
    bills = list(dossier.bills.all())
    payments = sorted((p for bill in bills for p in bill.payments.all()), key=lambda p: -p.pk)
    return {
        "dossier": dossier,
        "state": fee_state(dossier),
        "bills": bills,
        "payments": [(payment, registry.get(payment.gateway).name) for payment in payments],
        "paid": next((p for p in payments if p.is_applied), None),
        "reason": REASONS.get(why_not(dossier), ""),
        "is_releasable": not why_not(dossier),
        "next_step": NEXT_STEPS.get(DossierState(dossier.state)),
        "form": ReceiverForm(initial={"receiver_name": dossier.owner_name}),
    }


@never_cache
@login_required
@require_GET
def desk_dossier(request: HttpRequest, code: str) -> HttpResponse:
    """One dossier at the desk; opening it is written to the audit."""
    dossier = get_object_or_404(_mine(request).with_bills().select_related("hand_over__officer"), code=code)
    user: User = request.user  # type: ignore[assignment]
    audit.record("view", f"dossier:{code}", actor=user, agency=dossier.agency)
    tokens = [bill.token for bill in dossier.bills.all()]
    live_url = f"{settings.LIVE_URL}/live/{live.sign_topic(tokens[0])}" if settings.LIVE_URL and tokens else ""
    return render(request, "desk/dossier.html", _context(dossier) | {"live": live_url})


@never_cache
@login_required
@require_GET
def desk_state(request: HttpRequest, code: str) -> HttpResponse:
    """The part that changes live."""
    dossier = get_object_or_404(_mine(request).with_bills().select_related("hand_over__officer"), code=code)
    return render(request, "desk/_state.html", _context(dossier))


@login_required
@require_POST
def check_now(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the bank now, and say what it said."""
    dossier = get_object_or_404(_mine(request).with_bills(), code=code)
    checks = [check for bill in dossier.bills.all() for check in checking.check_bill(bill)]
    if not checks:
        messages.info(request, _("Chưa có lần thanh toán nào để hỏi ngân hàng."))
    elif not all(check.is_reachable for check in checks):
        messages.warning(request, _("Ngân hàng chưa trả lời. Hệ thống tự hỏi lại; đừng thu tiền lần nữa."))
    else:
        messages.success(request, _("Đã hỏi ngân hàng xong."))
    return redirect("desk-dossier", code=code)


@login_required
@require_POST
def next_step(request: HttpRequest, code: str) -> HttpResponse:
    """Move the dossier one step on."""
    dossier = get_object_or_404(_mine(request), code=code)
    step = NEXT_STEPS.get(DossierState(dossier.state))
    user: User = request.user  # type: ignore[assignment]
    try:
        if step:
            move(dossier, step[0], actor=user)
    except IllegalDossierMove:
        messages.warning(request, _("Hồ sơ vừa được người khác chuyển trạng thái."))
    return redirect("desk-dossier", code=code)


@login_required
@require_POST
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Give the result: the server checks again, in the same transaction."""
    dossier = get_object_or_404(_mine(request), code=code)
    form = ReceiverForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Ghi tên người nhận kết quả."))
        return redirect("desk-dossier", code=code)
    user: User = request.user  # type: ignore[assignment]
    try:
        release(dossier, officer=user, receiver_name=form.cleaned_data["receiver_name"])
    except NotReleasable as error:
        messages.error(request, str(REASONS[error.reason]))
    else:
        messages.success(request, _("Đã trả kết quả."))
    return redirect("desk-dossier", code=code)
