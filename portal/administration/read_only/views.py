"""The administration's page of read-only mode."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from agencies.reauthentication import must_be_proved
from portal.administration.gateway_care.forms import LONGEST, MOMENT
from portal.administration.gateway_care.views import posted_number
from portal.models import ReadOnlySpan

from . import spans

RIGHT = "portal.{}_readonlyspan"
MOST_SHOWN = 20


class SpanForm(forms.Form):
    """From when, until when and why; an empty beginning is now."""

    began_at = forms.DateTimeField(
        label=gettext_lazy("Từ (để trống: ngay bây giờ)"),
        required=False,
        widget=forms.DateTimeInput(MOMENT, "%Y-%m-%dT%H:%M"),
    )
    ended_at = forms.DateTimeField(
        label=gettext_lazy("Dự kiến trở lại"), widget=forms.DateTimeInput(MOMENT, "%Y-%m-%dT%H:%M")
    )
    reason = forms.CharField(label=gettext_lazy("Lý do (người dân đọc được)"), min_length=3, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Accept a span that lies ahead and is not a slip of the pen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        began = cleaned["began_at"] = cleaned.get("began_at") or timezone.now()
        ended: datetime | None = cleaned.get("ended_at")
        if ended and ended <= max(began, timezone.now()):
            self.add_error("ended_at", _("Phải kết thúc sau lúc bắt đầu và sau bây giờ."))
        elif ended and ended - began > LONGEST:
            self.add_error("ended_at", _("Một lần chỉ xem dài nhất 7 ngày."))
        return cleaned


class EndForm(forms.Form):
    """A later end."""

    ended_at = forms.DateTimeField()


@require_http_methods(["GET", "POST"])
def read_only(request: HttpRequest) -> HttpResponse:
    """Show what is on, ahead and past; a POST does what its button `viec` says."""
    if not request.user.has_perm(RIGHT.format("view")):
        raise PermissionDenied
    form = SpanForm()
    if request.method == "POST":
        if not request.user.has_perm(RIGHT.format("change")):
            raise PermissionDenied
        must_be_proved(request)
        form = SpanForm(request.POST)
        if _act(request, form):
            return redirect("read-only")
    context = {
        **admin.site.each_context(request),
        "title": _("Chế độ chỉ xem"),
        "form": form,
        "spans": ReadOnlySpan.objects.select_related("announced_by")[:MOST_SHOWN],
        "now": timezone.now(),
        "may_change": request.user.has_perm(RIGHT.format("change")),
    }
    return TemplateResponse(
        request, "portal/administration/read_only/read_only.html", context, status=422 if form.errors else 200
    )


def _act(request: HttpRequest, form: SpanForm) -> bool:
    """Do one thing; False when the form of a new span has to be shown again."""
    actor: Any = request.user
    work = request.POST.get("viec")
    if work == "bat":
        if not form.is_valid():
            return False
        cleaned = form.cleaned_data
        spans.announce(cleaned["began_at"], cleaned["ended_at"], reason=cleaned["reason"], actor=actor)
        messages.success(request, _("Đã báo. Mọi trang nói điều này, tiền ngân hàng báo về vẫn được ghi nhận."))
    elif work in ("ket-thuc", "keo-dai"):
        span, later = get_object_or_404(ReadOnlySpan, pk=posted_number(request, "so")), EndForm(request.POST)
        if work == "ket-thuc":
            spans.end_at(span, timezone.now(), actor=actor)
        elif later.is_valid() and timezone.now() < later.cleaned_data["ended_at"] <= span.began_at + LONGEST:
            spans.end_at(span, later.cleaned_data["ended_at"], actor=actor)
        else:
            messages.error(request, _("Hãy chọn một lúc sau bây giờ, dài nhất 7 ngày kể từ lúc bắt đầu."))
            return True
        messages.success(request, _("Đã ghi nhận."))
    else:
        messages.warning(request, _("Chưa chọn việc cần làm."))
    return True
