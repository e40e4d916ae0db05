"""Pages of personal data: export and erasure request."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dossiers.models import Dossier, ErasureRequest
from dossiers.one_time_codes.forms import asked_for_code
from dossiers.tracking.access import for_opened
from dossiers.tracking.ownership import owned_by

from . import erasure, export

PURPOSE = "erase"


@never_cache
@require_GET
@for_opened
def data(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Everything kept, to read."""
    is_owner, kept = _kept(request, dossier)
    wish = ErasureRequest.objects.filter(dossier=dossier).last()
    context = {"dossier": dossier, "kept": kept, "is_owner": is_owner, "wish": wish}
    context["is_waiting"] = bool(wish and not wish.decided_at)
    return render(request, "dossiers/privacy/data.html", context)


@never_cache
@require_GET
@for_opened
def data_file(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Everything kept, for a machine."""
    _is_owner, kept = _kept(request, dossier)
    answer = JsonResponse(kept, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="{dossier.code}.json"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@for_opened
def ask_for_erasure(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Take the wish, with a one-time code: who helps to pay can open a dossier, but not have it emptied."""
    if not dossier.owner_phone:
        return redirect("dossier-data", code=dossier.code)
    form, is_right = asked_for_code(request, PURPOSE, dossier.code, dossier.owner_phone)
    if is_right:
        erasure.ask_for_erasure(dossier)
        messages.success(request, _("Đã nhận yêu cầu xóa dữ liệu. Cơ quan sẽ xem và trả lời tại trang này."))
        return redirect("dossier-data", code=dossier.code)
    context = {"dossier": dossier, "form": form}
    return render(request, "dossiers/privacy/erase.html", context, status=form.status)


def _kept(request: HttpRequest, dossier: Dossier) -> tuple[bool, dict[str, Any]]:
    """Return whether the reader is the owner, by VNeID, and what is kept as far as the reader may see it."""
    is_owner = owned_by(request).filter(pk=dossier.pk).exists()
    return is_owner, export.data_of(dossier, is_owner=is_owner)
