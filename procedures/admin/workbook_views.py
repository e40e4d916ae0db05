"""Export and import of a fee schedule as a workbook, with preview."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from agencies.models import User
from procedures.errors import ScheduleError
from procedures.models import FeeSchedule, ScheduleState
from procedures.schedules import workbook, workbook_import

from .steps import message_for

WORKBOOK_STATES = {"workbook": frozenset(ScheduleState), "workbook-import": frozenset({ScheduleState.DRAFT})}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WorkbookPages:
    """Two actions of the schedule's page, for a `ModelAdmin`."""

    opts: Any
    admin_site: Any

    @action(description=_("Xuất Excel"), url_path="workbook")
    def export_workbook(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send the workbook."""
        if not request.user.has_perm("procedures.view_feeschedule"):
            raise PermissionDenied
        schedule = get_object_or_404(FeeSchedule.objects.select_related("procedure"), pk=object_id)
        name = f"bieu-phi-{schedule.procedure.code}-v{schedule.version}.xlsx"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(workbook.write(schedule), content_type=XLSX, headers=headers)

    @action(description=_("Nhập Excel"), url_path="workbook-import")
    def import_workbook(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask for a file, show what it would change, take it in when the second button was pressed."""
        if not request.user.has_perm("procedures.change_feeschedule"):
            raise PermissionDenied
        schedule = get_object_or_404(FeeSchedule.objects.select_related("procedure"), pk=object_id)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Nhập Excel"),
            "schedule": schedule,
            "opts": self.opts,
        }
        content = _content(request) if request.method == "POST" else b""
        if content:
            try:
                imported = workbook.read(BytesIO(content), schedule)
                if "confirmed" in request.POST:
                    workbook_import.take_in(schedule, imported, by=cast(User, request.user))
                    messages.success(request, str(_("Đã nhập %(number)d mức thu.")) % {"number": len(imported.rules)})
                    return redirect(reverse("admin:procedures_feeschedule_change", args=[schedule.pk]))
                context |= {
                    "changes": workbook_import.changes(schedule, imported),
                    "content": base64.b64encode(content).decode(),
                    "rules": imported.rules,
                }
            except workbook.WorkbookRefused as error:
                context["faults"] = error.messages
            except ScheduleError as error:
                context["faults"] = [message_for(error)]
        elif request.method == "POST":
            context["faults"] = [_("Hãy chọn tệp.")]
        return TemplateResponse(request, "procedures/admin/workbook.html", context)


def _content(request: HttpRequest) -> bytes:
    """Return the file: uploaded, or handed on by the preview."""
    uploaded = request.FILES.get("workbook")
    if uploaded is not None:
        return bytes(uploaded.read(workbook.MOST_BYTES + 1))
    try:
        return base64.b64decode(request.POST.get("confirmed", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""
