"""Erasure requests, decided by the agency's administrator."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.reauthentication import recently_proved
from core.values.text import row_key
from dossiers.errors import NotErasable
from dossiers.models import ErasureRequest
from dossiers.privacy import erasure

from .access import DeskStaff, for_staff

#: Older wishes first; the page is for a handful.
MOST = 50


@require_http_methods(["GET", "POST"])
@recently_proved
@for_staff
def erasures(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """List what is asked for at the agencies one leads; erase, or refuse with a reason."""
    if not staff.leads:
        raise PermissionDenied
    wishes = ErasureRequest.objects.filter(decided_at=None, dossier__agency__in=staff.leads)
    wishes = wishes.select_related("dossier__agency", "dossier__case__procedure")
    if request.method == "POST":
        _decide(request, staff, get_object_or_404(wishes, pk=row_key(request.POST.get("wish", ""))))
        return redirect("desk-erasures")
    return render(
        request, "dossiers/desk/erasures.html", {"staff": staff, "wishes": wishes[:MOST], "over": erasure.OVER}
    )


def _decide(request: HttpRequest, staff: DeskStaff, wish: ErasureRequest) -> None:
    reason = request.POST.get("reason", "").strip()
    try:
        if request.POST.get("act") == "erase":
            erasure.erase(wish, actor=staff.user)
            messages.success(request, _("Đã xóa dữ liệu cá nhân của hồ sơ %(code)s.") % {"code": wish.dossier.code})
        elif reason:
            erasure.refuse(wish, reason, actor=staff.user)
            messages.success(request, _("Đã từ chối; lý do hiện ở trang của công dân."))
        else:
            messages.error(request, _("Hãy ghi lý do từ chối."))
    except NotErasable:
        messages.error(
            request,
            _("Chưa xóa được: hồ sơ hoặc việc báo bị trừ tiền còn đang giải quyết, hoặc người khác vừa quyết định."),
        )
