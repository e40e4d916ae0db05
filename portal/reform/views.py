"""The wizard's one page: ask, try, carry out."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from agencies.models import Reform

from .carrying_out import PlanRefused, carry_out
from .dry_run import dry_run, ending_roles
from .forms import ReformForm


def reform(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST show the dry run; carry it out when the button under the dry run was pressed."""
    if not request.user.has_perm("agencies.add_reform"):
        raise PermissionDenied
    form = ReformForm(request.POST or None)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Sáp nhập, chia tách, giải thể"),
        "form": form,
        "media": form.media,
        "done": Reform.objects.select_related("carried_out_by")[:10],
    }
    if request.method == "POST" and form.is_valid():
        kept = frozenset(int(key) for key in request.POST.getlist("kept") if key.isascii() and key.isdigit())
        plan = form.plan(kept)
        if request.POST.get("step") == "carry_out" and _carried_out(request, plan):
            return redirect("reform")
        roles = ending_roles(plan).select_related("user", "agency").order_by("agency__name", "user__username")
        context |= {"found": dry_run(plan), "plan": plan, "roles": roles, "kept": kept}
    return TemplateResponse(request, "offices/reform.html", context)


def _carried_out(request: HttpRequest, plan: Any) -> bool:
    user: Any = request.user
    try:
        made = carry_out(plan, by=user)
    except PlanRefused as error:
        messages.error(request, " ".join(error.problems))
        return False
    except IntegrityError:
        # The database's own word: a code or a role is taken by what somebody saved meanwhile.
        messages.error(request, _("Dữ liệu vừa thay đổi, chưa có gì được thực hiện. Hãy xem lại và thử lần nữa."))
        return False
    messages.success(request, _("Đã thực hiện %(reform)s.") % {"reform": made})
    return True
