"""The administration's first page: what needs somebody's attention now, each with the way there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Min, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.rights import sees_everything
from dossiers import messages as texts
from payments import heartbeats, rejections
from payments.models import Discrepancy, GatewayHealth, Notice, Payment
from payments.models.inbox import NoticeState
from payments.states import PaymentState
from payments.webhooks import sending
from procedures.linting import EXPIRY_NOTICE
from procedures.models import FeeSchedule
from procedures.schedules import IN_USE

#: A payment that stays unclear for longer needs a person.
UNCLEAR_AFTER = timedelta(minutes=30)
#: Sending is tried again by itself; from here on somebody should look.
MANY_ATTEMPTS = 3
#: What was given up longer ago stands in the lists only.
GIVEN_UP_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Concern:
    """One kind of thing to look at: how many there are, and since when the oldest waits."""

    name: Promise | str
    count: int
    since: Any
    link: str


def show(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the concerns to the first page of whoever sees the whole province (unfold's DASHBOARD_CALLBACK)."""
    if sees_everything(request.user):
        context["concerns"] = concerns()
    return context


def concerns() -> list[Concern]:
    """Return every kind, also those of which there is none: one query each."""
    now, today = timezone.now(), timezone.localdate()
    payments, fees = "admin:payments_{}_changelist", reverse("admin:procedures_feeschedule_changelist")
    unclear = Payment.objects.filter(
        state__in=(PaymentState.SENT, PaymentState.UNKNOWN), created_at__lt=now - UNCLEAR_AFTER
    )
    ending = FeeSchedule.objects.filter(
        state__in=IN_USE, valid_during__endswith__gt=today, valid_during__endswith__lte=today + EXPIRY_NOTICE
    )
    open_cases = Discrepancy.objects.filter(closed_at=None)
    notices = Notice.objects.filter
    failing = sending.failing(MANY_ATTEMPTS, now - GIVEN_UP_SHOWN)
    silent = texts.failing(MANY_ATTEMPTS, now - GIVEN_UP_SHOWN)
    stopped = GatewayHealth.objects.filter(closed_until__gt=now)
    notice_list, payment_list = reverse(payments.format("notice")), reverse(payments.format("payment"))
    rejected = f"{reverse(payments.format('rejectednotice'))}?reviewed_at__isempty=1&reason__in="
    strangers, forgers = ",".join(rejections.MISDIRECTED), ",".join(rejections.FORGED)
    forged = rejections.forged()
    quiet = heartbeats.silent()
    return [
        _concern(_("Vụ việc đang mở"), open_cases, "opened_at", reverse("accounting-cases")),
        _concern(
            _("Thông báo ngân hàng cần người xem"),
            notices(state=NoticeState.QUARANTINED),
            "received_at",
            reverse("undelivered"),
        ),
        _concern(
            _("Thông báo ngân hàng chờ xử lý"),
            notices(state=NoticeState.NEW),
            "received_at",
            f"{notice_list}?state__exact={NoticeState.NEW}",
        ),
        _concern(
            _("Thông báo gửi nhầm cho đơn vị khác"), rejections.misdirected(), "received_at", rejected + strangers
        ),
        _concern(
            _("Nhiều thông báo giả mạo hoặc sai khóa trong 24 giờ"),
            forged if forged.count() >= rejections.BURST else forged.none(),
            "received_at",
            rejected + forgers,
        ),
        Concern(_silent(quiet), len(quiet), min(filter(None, quiet.values()), default=None), ""),
        _concern(_("Thanh toán chưa rõ quá 30 phút"), unclear, "created_at", f"{payment_list}?state__exact=sent"),
        _concern(_("Cổng thanh toán đang tạm ngừng"), stopped, "last_failure_at", reverse("gateways")),
        _concern(_("Tin nhắn không gửi được"), silent, "created_at", reverse("undelivered")),
        _concern(_("Webhook không đến nơi"), failing, "created_at", reverse("undelivered")),
        _concern(_("Biểu phí hết hạn trong 60 ngày"), ending, "", f"{fees}?state__exact=active"),
    ]


def _silent(processes: Iterable[str]) -> str:
    name = gettext("Tiến trình nền không hoạt động")
    return f"{name}: {', '.join(processes)}" if processes else name


def _concern(name: Promise, rows: QuerySet[Any], since: str, link: str) -> Concern:
    oldest = rows.aggregate(oldest=Min(since))["oldest"] if since else None
    return Concern(name, rows.count(), oldest, link)
