"""Pages of the reorganisation wizard, and of each one applied."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from agencies.models import Reform
from agencies.reauthentication import must_be_proved
from core.values.text import row_key

from .apply import PlanRefused, carry_out
from .forms import ReformForm
from .plan import Link, Plan
from .preview import dry_run, ending_roles
from .revert import obstacles, take_back


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
        kept = frozenset(map(row_key, request.POST.getlist("kept"))) - {0}
        plan = form.plan(kept)
        if request.POST.get("step") == "carry_out":
            # Roles are granted by it.
            must_be_proved(request)
            if _carried_out(request, plan):
                return redirect("reform")
        roles = ending_roles(plan).select_related("user", "agency").order_by("agency__name", "user__username")
        context |= {"preview": dry_run(plan), "plan": plan, "roles": roles, "kept": kept}
    return TemplateResponse(request, "portal/administration/reorganisation/reorganisation.html", context)


def done(request: HttpRequest, number: int) -> HttpResponse:
    """Show one reform: who became whom, and what is still unfinished there today; POST takes it back."""
    if not request.user.has_perm("agencies.view_reform"):
        raise PermissionDenied
    reform = get_object_or_404(Reform.objects.select_related("carried_out_by", "taken_back_by"), pk=number)
    if request.method == "POST":
        if not request.user.has_perm("agencies.add_reform"):
            raise PermissionDenied
        must_be_proved(request)
        if _taken_back(request, reform, request.POST.get("reason", "").strip()):
            return redirect("reform-done", number=number)
    links = tuple(reform.successions.select_related("predecessor", "successor").order_by("predecessor__name", "pk"))
    plan = Plan(reform.day, reform.legal_basis, tuple(Link(one.predecessor, one.successor, one.note) for one in links))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": str(reform),
        "reform": reform,
        "links": links,
        "preview": dry_run(plan),
        "obstacles": obstacles(reform),
        "may_take_back": request.user.has_perm("agencies.add_reform"),
    }
    return TemplateResponse(request, "portal/administration/reorganisation/done.html", context)


def _taken_back(request: HttpRequest, reform: Reform, reason: str) -> bool:
    user: Any = request.user
    if not reason:
        messages.error(request, _("Cho biết lý do hủy."))
        return False
    try:
        take_back(reform, by=user, reason=reason)
    except PlanRefused as error:
        messages.error(request, " ".join(error.problems))
        return False
    except IntegrityError:
        messages.error(request, _("Mã của đơn vị cũ đã thuộc đơn vị khác, chưa có gì thay đổi."))
        return False
    messages.success(request, _("Đã hủy: mọi thứ như trước khi sắp xếp."))
    return True


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
