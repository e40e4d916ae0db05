"""What did not get through: notices, webhooks and messages, tried again or ignored with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.sudo import must_be_proved
from dossiers import messages as texts
from dossiers.models import Message
from payments import quarantine
from payments.models import Notice, WebhookDelivery
from payments.models.inbox import NoticeState
from payments.webhooks import sending

from ..dashboard import GIVEN_UP_SHOWN, MANY_ATTEMPTS
from .forms import ReasonForm
from .pages import posted_number

MOST_SHOWN = 50


@require_http_methods(["GET", "POST"])
def undelivered(request: HttpRequest) -> HttpResponse:
    """Show the three lists, the oldest first; a POST tries one row again or ignores it."""
    if not request.user.has_perm("payments.view_notice"):
        raise PermissionDenied
    if request.method == "POST":
        if not request.user.has_perm("payments.change_notice"):
            raise PermissionDenied
        must_be_proved(request)
        _act(request)
        return redirect("undelivered")
    context = {
        **admin.site.each_context(request),
        "title": _("Tin không đến nơi"),
        "notices": _notices().select_related("merchant_account").defer("body")[:MOST_SHOWN],
        "deliveries": _deliveries().select_related("endpoint__client")[:MOST_SHOWN],
        "texts": _texts().select_related("dossier")[:MOST_SHOWN],
        "most": MOST_SHOWN,
        "may_change": request.user.has_perm("payments.change_notice"),
    }
    return TemplateResponse(request, "offices/undelivered.html", context)


def _notices() -> Any:
    return Notice.objects.filter(state=NoticeState.QUARANTINED).order_by("pk")


def _deliveries() -> Any:
    return sending.failing(MANY_ATTEMPTS, timezone.now() - GIVEN_UP_SHOWN).order_by("pk")


def _texts() -> Any:
    return texts.failing(MANY_ATTEMPTS, timezone.now() - GIVEN_UP_SHOWN).order_by("pk")


def _act(request: HttpRequest) -> None:
    actor: Any = request.user
    is_retry = request.POST.get("viec") == "lai"
    form = ReasonForm(request.POST)
    if not is_retry and not form.is_valid():
        messages.error(request, _("Hãy ghi lý do (ít nhất 3 ký tự)."))
        return
    reason = "" if is_retry else form.cleaned_data["reason"]
    kind, number = request.POST.get("loai", ""), posted_number(request, "so")
    if kind == "thong-bao":
        notice = get_object_or_404(Notice, pk=number)
        if is_retry:
            quarantine.retry(notice, actor=actor)
        else:
            quarantine.set_aside(notice, reason=reason, actor=actor)
    elif kind == "webhook":
        delivery = get_object_or_404(WebhookDelivery, pk=number)
        if is_retry:
            sending.send_again([delivery], actor=actor)
        else:
            sending.stop_sending([delivery], reason=reason, actor=actor)
    elif kind == "tin-nhan" and is_retry:
        texts.send_again([get_object_or_404(Message, pk=number).pk], actor=actor)
    else:
        messages.warning(request, _("Chưa chọn việc cần làm."))
        return
    messages.success(request, _("Đã ghi nhận."))
