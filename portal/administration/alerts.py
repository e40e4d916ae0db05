"""Alerts of the administration: what needs attention in the province or in one's agencies. One query each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.authorization import ACCOUNTANTS, agencies_of, roles_of
from agencies.models import Role, RoleProposal, User
from dossiers.messages import outbox as texts
from payments import heartbeats
from payments.callbacks import rejected as callbacks_rejected
from payments.merchants import missing, page_origins
from payments.models import ContractChange, Discrepancy, GatewayHealth, Notification, Payment, Reallocation, Refund
from payments.models.notifications import NotificationState
from payments.states import UNCLEAR_AFTER, PaymentState, ReallocationState, RefundState
from payments.webhooks import dispatch
from portal.administration.onboarding.board_views import STEPS, board, with_fees
from portal.reports.measures import MEASURES, Scope
from procedures.models import FeeRule, FeeSchedule, Procedure, ScheduleState
from procedures.schedules.load import IN_USE
from procedures.schedules.validation import EXPIRY_NOTICE

from .read_only import spans

#: Sending is tried again by itself; from here on a person should look into it.
MANY_ATTEMPTS = 3
#: What was given up longer ago is in the lists only.
GIVEN_UP_SHOWN = timedelta(days=7)
#: Without these nobody can pay an agency online.
_NEEDED = ("account", "officers", "fees")


@dataclass(frozen=True, slots=True)
class Alert:
    """One kind of thing to look at: how many, what to do about it, since when the oldest waits, and the way there."""

    name: Promise | str
    count: int
    since: datetime | None
    link: str
    advice: Promise | str


def of_agencies(user: User, agencies: Collection[int]) -> list[Alert]:
    """Return what people of these agencies can do something about, also what there is none of."""
    now = timezone.now()
    is_unclear = {"state__in": (PaymentState.SENT, PaymentState.UNKNOWN), "created_at__lt": now - UNCLEAR_AFTER}
    unclear = Payment.objects.filter(
        **is_unclear,
        bill__agency__in=agencies,
    )
    overdue = MEASURES["dang-tre"].dossiers(Scope(frozenset(agencies), now.date(), now.date()))
    decides_for = agencies_of(user, timezone.localdate(), roles=ACCOUNTANTS).intersection(agencies)
    refunds = Refund.objects.filter(state=RefundState.PROPOSED, agency__in=decides_for).exclude(maker=user)
    moves = Reallocation.objects.filter(state=ReallocationState.PROPOSED, discrepancy__agency__in=decides_for).exclude(
        maker=user
    )
    cases = Discrepancy.objects.filter(closed_at=None, agency__in=agencies)
    payments = reverse("admin:payments_payment_changelist")
    return [
        _concern(
            _("Vụ việc đang mở"),
            cases,
            "opened_at",
            reverse("accounting-cases"),
            _("Nhận, xử lý rồi đóng từng vụ việc."),
        ),
        _concern(
            _("Hồ sơ đang quá hạn"),
            overdue,
            "due_at",
            f"{reverse('report-dossiers')}?so=dang-tre",
            _("Giải quyết, hoặc gia hạn kèm phiếu xin lỗi."),
        ),
        _concern(
            _("Đề nghị hoàn tiền chờ tôi duyệt"),
            refunds,
            "proposed_at",
            f"{reverse('accounting-refunds')}?state=proposed",
            _("Người khác đã đề nghị; duyệt hoặc không duyệt."),
        ),
        _concern(
            _("Đề nghị chuyển tiền chờ tôi duyệt"),
            moves,
            "proposed_at",
            f"{reverse('accounting-cases')}?state=moving",
            _("Mở vụ việc giữ khoản tiền để duyệt."),
        ),
        _concern(
            _("Hợp đồng cổng sắp đổi nơi nhận tiền"),
            ContractChange.objects.filter(in_force_at=None, stopped_at=None, agency__in=agencies),
            "proposed_at",
            f"{reverse('admin:payments_contractchange_changelist')}?in_force_at__isempty=1&stopped_at__isempty=1",
            _("So với giấy tờ của ngân hàng: đồng ý, hoặc dừng lại nếu không đúng."),
        ),
        _concern(
            _("Vai trò chờ người thứ hai đồng ý"),
            RoleProposal.objects.filter(decided_at=None, agency__in=agencies),
            "proposed_at",
            f"{reverse('admin:agencies_roleproposal_changelist')}?decided_at__isempty=1",
            _("Một quản trị khác người đề nghị đồng ý hoặc không cấp."),
        ),
        _concern(
            _("Thanh toán chưa rõ quá 30 phút"),
            unclear,
            "created_at",
            _filtered(payments, is_unclear),
            _("Hệ thống tự hỏi tiếp; lâu quá thì hỏi ngân hàng."),
        ),
        *_lacking(agencies),
    ]


def of_province(user: User) -> list[Alert]:
    """Return what only the province looks after: banks, processes, messages, fee schedules."""
    now, today = timezone.now(), timezone.localdate()
    rejected = f"{reverse('admin:payments_rejectednotification_changelist')}?reviewed_at__isempty=1&reason__in="
    notifications, lost = reverse("admin:payments_notification_changelist"), reverse("undelivered")
    schedules = reverse("admin:procedures_feeschedule_changelist")
    is_ending = {
        "state__in": IN_USE,
        "valid_during__endswith__gt": today,
        "valid_during__endswith__lte": today + EXPIRY_NOTICE,
    }
    ending = FeeSchedule.objects.filter(**is_ending)
    approves = Role.PROVINCE_ADMIN in roles_of(user, today)
    waiting = FeeSchedule.objects.filter(state=ScheduleState.PROPOSED).exclude(prepared_by=user)
    proposed = waiting if approves else FeeSchedule.objects.none()
    priced = FeeRule.objects.filter(schedule__state__in=IN_USE, schedule__valid_during__contains=today)
    unpriced = Procedure.objects.filter(pk__in=with_fees(), agencies__isnull=False).exclude(
        pk__in=priced.values("schedule__procedure")
    )
    forged = callbacks_rejected.forged()
    quiet, unusable = heartbeats.silent(), missing.all_names()
    coming, blocked = spans.coming(), page_origins.blocked()
    return [
        _concern(
            _("Thông báo ngân hàng cần người xem"),
            Notification.objects.filter(state=NotificationState.QUARANTINED),
            "received_at",
            lost,
            _("Xem lỗi, sửa nguyên nhân rồi thử lại; tiền trong đó chưa được ghi nhận."),
        ),
        _concern(
            _("Thông báo ngân hàng chờ xử lý"),
            Notification.objects.filter(state=NotificationState.NEW),
            "received_at",
            f"{notifications}?state__exact={NotificationState.NEW}",
            _("Chờ quá một phút: xem tiến trình nền có hoạt động không."),
        ),
        _concern(
            _("Thông báo gửi nhầm cho đơn vị khác"),
            callbacks_rejected.misdirected(),
            "received_at",
            rejected + ",".join(callbacks_rejected.MISDIRECTED),
            _("Hỏi ngân hàng, rồi đánh dấu đã xem."),
        ),
        _concern(
            _("Nhiều thông báo giả mạo hoặc sai khóa trong 24 giờ"),
            forged,
            "received_at",
            rejected + ",".join(callbacks_rejected.FORGED),
            _("Ngân hàng vừa đổi khóa, hoặc có người giả mạo: so với lần thay khóa."),
            least=callbacks_rejected.BURST,
        ),
        Alert(
            _named(gettext("Tiến trình nền không hoạt động"), quiet),
            len(quiet),
            min(filter(None, quiet.values()), default=None),
            reverse("health-ready"),
            _("Khởi động lại tiến trình này; không có gì bị mất."),
        ),
        Alert(
            _named(gettext("Phần mềm của cổng thanh toán bị thiếu hoặc hỏng"), unusable),
            len(unusable),
            None,
            reverse("gateways"),
            _("Cài lại phần mềm của cổng rồi khởi động lại hệ thống; việc của cổng đang chờ, không mất gì."),
        ),
        Alert(
            _named(
                gettext("Trình duyệt chặn đường sang trang của cổng"),
                [f"{each.account} → {each.origin or '?'}" for each in blocked],
            ),
            len(blocked),
            None,
            reverse("gateways"),
            _("Ghi địa chỉ trang thanh toán vào thông số page_origins của hợp đồng."),
        ),
        _concern(
            _("Cổng thanh toán đang tạm ngừng"),
            GatewayHealth.objects.filter(open_until__gt=now),
            "last_failure_at",
            reverse("gateways"),
            _("Người dân được mời dùng cổng khác; báo ngân hàng nếu kéo dài."),
        ),
        _concern(
            _("Tin nhắn không gửi được"),
            texts.failing(MANY_ATTEMPTS, now - GIVEN_UP_SHOWN),
            "created_at",
            lost,
            _("Gửi lại, hoặc bỏ qua kèm lý do."),
        ),
        _concern(
            _("Webhook không đến nơi"),
            dispatch.failing(MANY_ATTEMPTS, now - GIVEN_UP_SHOWN),
            "created_at",
            lost,
            _("Hỏi hệ thống nhận, rồi gửi lại hoặc bỏ qua kèm lý do."),
        ),
        _concern(
            _("Biểu phí hết hạn trong 60 ngày"),
            ending,
            "",
            _filtered(schedules, is_ending),
            _("Nhân bản, sửa, đề nghị biểu phí tiếp theo."),
        ),
        _concern(
            _("Thủ tục thu phí mà hôm nay không có mức phí"),
            unpriced,
            "",
            schedules,
            _("Người dân chưa nộp được hồ sơ các thủ tục này trực tuyến."),
        ),
        _concern(
            _("Biểu phí chờ tôi duyệt"),
            proposed,
            "",
            f"{schedules}?state__exact=proposed",
            _("Xem trước khác biệt, rồi duyệt hoặc trả lại."),
        ),
        Alert(
            _("Lần chỉ xem đang hoặc sắp tới"),
            len(coming),
            None,
            reverse("read-only"),
            _("Trong lúc đó không ai nộp, sửa, trả kết quả được."),
        ),
    ]


def _lacking(agencies: Collection[int]) -> list[Alert]:
    """Count the agencies with fees to collect that lack what paying online needs; eleven queries for all."""
    members = [
        member for group in board(timezone.localdate()) for member in group.members if member.agency.pk in agencies
    ]
    return [
        Alert(
            gettext("Cơ quan thu phí còn thiếu: %(step)s") % {"step": STEPS[step]},
            sum(step not in member.done for member in members),
            None,
            reverse("onboarding"),
            _("Người dân chưa nộp trực tuyến cho các cơ quan này được."),
        )
        for step in _NEEDED
    ]


def _named(name: str, which: Collection[str]) -> str:
    return f"{name}: {', '.join(which)}" if which else name


def _filtered(page: str, rows: Mapping[str, Any]) -> str:
    """Return the address of a list of the administration that holds exactly what is counted."""
    values = {name: ",".join(value) if isinstance(value, tuple | list) else str(value) for name, value in rows.items()}
    return f"{page}?{urlencode(values)}"


def _concern(name: Promise, rows: QuerySet[Any], since: str, link: str, advice: Promise, *, least: int = 1) -> Alert:
    """Count rows in one query; fewer than `least` are none."""
    wanted: dict[str, Any] = {"count": Count("pk", distinct=True)} | ({"oldest": Min(since)} if since else {})
    totals = rows.order_by().aggregate(**wanted)
    count = totals["count"] if totals["count"] >= least else 0
    return Alert(name, count, totals.get("oldest") if count else None, link, advice)
