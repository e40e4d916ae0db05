"""Pages of personal data: export and erasure request."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dossiers.models import ErasureRequest
from dossiers.one_time_codes.forms import OneTimeCodeForm, send_quietly
from dossiers.tracking.action_views import opened
from dossiers.tracking.ownership import owned_by

from . import erasure, export

PURPOSE = "erase"


@never_cache
@require_GET
def data(request: HttpRequest, code: str) -> HttpResponse:
    """Everything kept, to read."""
    dossier = opened(request, code)
    if dossier is None:
        return redirect(f"{reverse('lookup')}?code={code}")
    is_owner = owned_by(request).filter(pk=dossier.pk).exists()
    kept = export.data_of(dossier, is_owner=is_owner)
    wish = ErasureRequest.objects.filter(dossier=dossier).last()
    context = {"dossier": dossier, "kept": kept, "is_owner": is_owner, "wish": wish}
    context["is_waiting"] = bool(wish and not wish.decided_at)
    return render(request, "dossiers/privacy/data.html", context)


@never_cache
@require_GET
def data_file(request: HttpRequest, code: str) -> HttpResponse:
    """Everything kept, for a machine."""
    dossier = opened(request, code)
    if dossier is None:
        return redirect(f"{reverse('lookup')}?code={code}")
    is_owner = owned_by(request).filter(pk=dossier.pk).exists()
    answer = JsonResponse(
        export.data_of(dossier, is_owner=is_owner), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{dossier.code}.json"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def ask_for_erasure(request: HttpRequest, code: str) -> HttpResponse:
    """Take the wish, with a one-time code: who helps to pay can open a dossier, but not have it emptied."""
    dossier = opened(request, code)
    if dossier is None:
        return redirect(f"{reverse('lookup')}?code={code}")
    if not dossier.owner_phone:
        return redirect("dossier-data", code=code)
    form = OneTimeCodeForm(request.POST if "one_time_code" in request.POST else None)
    is_asked = request.method == "POST"
    if is_asked and not form.is_bound:
        send_quietly(PURPOSE, dossier.code, dossier.owner_phone)
    if form.is_bound and form.is_right(PURPOSE, dossier.code):
        erasure.ask_for_erasure(dossier)
        messages.success(request, _("Đã nhận yêu cầu xóa dữ liệu. Cơ quan sẽ xem và trả lời tại trang này."))
        return redirect("dossier-data", code=code)
    context = {"dossier": dossier, "form": form, "is_asked": is_asked}
    return render(request, "dossiers/privacy/erase.html", context, status=422 if form.errors else 200)
