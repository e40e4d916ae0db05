"""Failed notifications, webhooks and messages: retried, or ignored with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.models import User
from agencies.reauthentication import must_be_proved
from dossiers.messages import outbox as texts
from dossiers.models import Message
from payments.callbacks import dead_letters
from payments.models import Notification, WebhookDelivery
from payments.models.notifications import NotificationState
from payments.webhooks import dispatch
from portal.administration.alerts import GIVEN_UP_SHOWN, MANY_ATTEMPTS

from .forms import ReasonForm
from .views import posted_number

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """One list: what is in it, and its two buttons. `every` is where a row named by a form may be found."""

    every: QuerySet[Any]
    listed: Callable[[], QuerySet[Any]]
    retry: Callable[[Any, User], object]
    set_aside: Callable[[Any, User, str], object]


def _since() -> Any:
    return timezone.now() - GIVEN_UP_SHOWN


#: By the word that a form says.
KINDS = {
    "thong-bao": Kind(
        Notification.objects.all(),
        lambda: (
            Notification.objects.filter(state=NotificationState.QUARANTINED)
            .select_related("merchant_account")
            .defer("body")
        ),
        lambda notification, actor: dead_letters.retry(notification, actor=actor),
        lambda notification, actor, reason: dead_letters.set_aside(notification, reason=reason, actor=actor),
    ),
    "webhook": Kind(
        WebhookDelivery.objects.all(),
        lambda: dispatch.failing(MANY_ATTEMPTS, _since()).select_related("endpoint__client"),
        lambda delivery, actor: dispatch.send_again([delivery], actor=actor),
        lambda delivery, actor, reason: dispatch.stop_sending([delivery], reason=reason, actor=actor),
    ),
    "tin-nhan": Kind(
        Message.objects.all(),
        lambda: texts.failing(MANY_ATTEMPTS, _since()).select_related("dossier"),
        lambda message, actor: texts.send_again([message.pk], actor=actor),
        lambda message, actor, reason: texts.set_aside([message.pk], reason=reason, actor=actor),
    ),
}


@require_http_methods(["GET", "POST"])
def undelivered(request: HttpRequest) -> HttpResponse:
    """Show the three lists, the oldest first; a POST tries one row again or ignores it."""
    if not request.user.has_perm("payments.view_notification"):
        raise PermissionDenied
    if request.method == "POST":
        if not request.user.has_perm("payments.change_notification"):
            raise PermissionDenied
        must_be_proved(request)
        _act(request)
        return redirect("undelivered")
    notifications, deliveries, waiting = (kind.listed().order_by("pk")[:MOST_SHOWN] for kind in KINDS.values())
    context = {
        **admin.site.each_context(request),
        "title": _("Tin không đến nơi"),
        "notifications": notifications,
        "deliveries": deliveries,
        "texts": waiting,
        "most": MOST_SHOWN,
        "may_change": request.user.has_perm("payments.change_notification"),
    }
    return TemplateResponse(request, "portal/administration/gateway_care/undelivered.html", context)


def _act(request: HttpRequest) -> None:
    """Press one button of one row; ignoring needs a reason."""
    actor: Any = request.user
    kind, work, form = KINDS.get(request.POST.get("loai", "")), request.POST.get("viec"), ReasonForm(request.POST)
    if kind is None or work not in ("lai", "bo-qua"):
        messages.warning(request, _("Chưa chọn việc cần làm."))
    elif work == "bo-qua" and not form.is_valid():
        messages.error(request, _("Hãy ghi lý do (ít nhất 3 ký tự)."))
    else:
        row = get_object_or_404(kind.every, pk=posted_number(request, "so"))
        if work == "lai":
            kind.retry(row, actor)
        else:
            kind.set_aside(row, actor, form.cleaned_data["reason"])
        messages.success(request, _("Đã ghi nhận."))
