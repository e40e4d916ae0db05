"""Handing over one result or several; the server checks each again in its own transaction."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dossiers.desk import moved
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.desk.customer_display import views
from dossiers.desk.views import dossier_page
from dossiers.errors import DossierMoved, NotPostable, NotReleasable
from dossiers.handover.release import release, why_not
from dossiers.models import Dossier
from dossiers.post import changes
from dossiers.post import orders as postal_orders
from dossiers.processing.versions import as_it_is, with_versions
from payments.errors import BillHasMoney
from payments.models.bills import new_token

from .forms import REASONS, ReceiverForm, SeveralOwnersForm, owner_of

#: One person at the window rarely takes more; a courier comes several times.
MOST = 50


@require_POST
@for_staff
def hand_over(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Give one result."""
    dossier = moved.as_seen(request, staff.dossier_to_act_on(code))
    form = ReceiverForm([dossier], request.POST)
    if moved.has_moved(dossier):
        moved.warn(request, dossier)
        return redirect("desk-dossier", code=code)
    if not form.is_valid():
        return dossier_page(request, staff, dossier, form)
    try:
        release(dossier, officer=staff.user, receiver=form.receiver(dossier))
    except DossierMoved:
        moved.warn(request, dossier)
    except NotReleasable as error:
        messages.error(request, str(REASONS[error.reason]))
    else:
        messages.success(request, _("Đã trả kết quả."))
    return redirect("desk-dossier", code=code)


@require_POST
@for_staff
def post_says(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Note what became of a result on its way: it arrived, is back at the desk, or nobody wants it sent any more."""
    dossier = moved.as_seen(request, staff.dossier_to_act_on(code))
    reason = request.POST.get("ly-do", "").strip()
    what = request.POST.get("buu-dien")
    is_back = what == "chuyen-hoan"
    try:
        if what == "thoi":
            changes.take_back(dossier, officer=staff.user)
            messages.success(request, _("Đã ghi: khách đến nhận tại quầy, không gửi bưu điện nữa."))
        elif is_back and not reason:
            messages.error(request, _("Ghi lý do chuyển hoàn, ví dụ: không có người nhận."))
        elif is_back:
            postal_orders.came_back(dossier, officer=staff.user, reason=reason)
            messages.success(request, _("Kết quả lại ở quầy; đã nhắn cho công dân."))
        else:
            postal_orders.delivered(dossier, officer=staff.user)
            messages.success(request, _("Đã ghi: bưu điện phát thành công."))
    except DossierMoved:
        moved.warn(request, dossier)
    except NotPostable:
        messages.error(request, _("Kết quả này không còn trên đường gửi."))
    except BillHasMoney:
        messages.error(request, str(changes.MONEY_UNDER_WAY))
    return redirect("desk-dossier", code=code)


@require_http_methods(["GET", "POST"])
@for_staff
def hand_over_many(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """Give several results to one receiver; what could not be given is named with its reason."""
    if not staff.acts_for:
        raise PermissionDenied
    parameters = request.POST if request.method == "POST" else request.GET
    codes = [code[:40].replace("\x00", "") for code in parameters.getlist("ma")[:MOST]]
    mine = staff.dossiers().of_agencies(staff.acts_for)
    dossiers = list(with_versions(mine.with_bills()).filter(code__in=codes).order_by("code"))
    for dossier in map(as_it_is, dossiers):
        moved.as_seen(request, dossier, f"seen-{dossier.code}")
    ready = [dossier for dossier in dossiers if not why_not(dossier)]
    if not dossiers:
        messages.info(request, _("Đánh dấu các hồ sơ cần trả trong danh sách trước."))
        return redirect("desk")
    form = _receiver_form(request, dossiers if request.method == "POST" else ready or dossiers)
    if request.method == "POST" and form.is_valid():
        return _given(request, staff, dossiers, form)
    refused = [(dossier, REASONS[why_not(dossier)]) for dossier in dossiers if dossier not in ready]
    context = {"staff": staff, "ready": ready, "refused": refused, "form": form}
    return render(request, "dossiers/desk/hand_over_many.html", context, status=422 if form.errors else 200)


def _receiver_form(request: HttpRequest, dossiers: list[Dossier]) -> ReceiverForm:
    data = request.POST if request.method == "POST" else None
    if len({owner_of(dossier) for dossier in dossiers}) > 1:
        return SeveralOwnersForm(dossiers, data)
    return ReceiverForm(dossiers, data)


def _given(request: HttpRequest, staff: DeskStaff, dossiers: list[Dossier], form: ReceiverForm) -> HttpResponse:
    batch, given = new_token(), []
    for dossier in dossiers:
        try:
            release(dossier, officer=staff.user, receiver=form.receiver(dossier), batch=batch)
        except DossierMoved:
            messages.warning(request, f"{dossier.code}: {moved.words(dossier)}")
        except NotReleasable as error:
            messages.error(request, f"{dossier.code}: {REASONS[error.reason]}")
        else:
            given.append(dossier)
    views.show(request, None)
    if not given:
        return redirect("desk")
    done = ngettext("Đã trả %(n)s kết quả.", "Đã trả %(n)s kết quả.", len(given)) % {"n": len(given)}
    messages.success(request, done)
    return redirect("desk-dossier", code=given[0].code)
