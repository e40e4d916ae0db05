"""Measures of the reports: each is one query of dossiers, so that a number and its list agree.

The clocks are those of docs/reference/domain.md#reports: money counts on the day it was paid,
a dossier on the day it was handed in,
a result on the day it was ready or given out; what is overdue is overdue now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers.desk.worklists import OPEN_STATES
from dossiers.models import Dossier, DossierBill
from dossiers.models.dossier import Channel, DossierQuerySet
from dossiers.models.events import Relation
from dossiers.states import DossierState
from payments.bills import money_sources
from payments.models import Payment
from payments.states import BillState


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which agencies, from which day to which, both included."""

    agencies: frozenset[int]
    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment."""
        return timezone.make_aware(datetime.combine(self.first, time()))

    @property
    def end(self) -> datetime:
        """The first moment after."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time()))


@dataclass(frozen=True, slots=True)
class Measure:
    """One number: what it is called, how it is defined, and its dossiers."""

    name: Promise
    definition: Promise
    dossiers: Callable[[Scope], DossierQuerySet]


def payments(scope: Scope, *, online: bool = False) -> QuerySet[Payment]:
    """Return the payments that settled bills of these agencies in the span."""
    settled = money_sources.settled(scope.start, scope.end).filter(bill__agency__in=scope.agencies)
    return settled.filter(money_sources.is_online()) if online else settled


def _of(scope: Scope) -> DossierQuerySet:
    return Dossier.objects.of_agencies(scope.agencies)


def _submitted(scope: Scope) -> DossierQuerySet:
    return _of(scope).filter(submitted_at__gte=scope.start, submitted_at__lt=scope.end)


def _finished(scope: Scope) -> DossierQuerySet:
    return _of(scope).filter(finished_at__gte=scope.start, finished_at__lt=scope.end)


def _returned(scope: Scope) -> DossierQuerySet:
    return _of(scope).filter(returned_at__gte=scope.start, returned_at__lt=scope.end)


def _paid(scope: Scope, *, online: bool = False) -> DossierQuerySet:
    links = DossierBill.objects.filter(bill__in=payments(scope, online=online).values("bill"))
    return _of(scope).filter(pk__in=links.values("dossier"))


_LATE = Q(due_at__isnull=False, finished_at__gt=F("due_at"))

MEASURES: dict[str, Measure] = {
    "da-nop": Measure(
        _("Hồ sơ đã nộp phí"),
        _("Hồ sơ có khoản được nộp trong kỳ, tính theo ngày nộp; không tính miễn phí, thanh toán thử."),
        _paid,
    ),
    "truc-tuyen": Measure(
        _("Nộp phí trực tuyến"),
        _("Trong số đó, hồ sơ nộp qua cổng thanh toán hoặc chuyển khoản, không phải tại quầy."),
        lambda scope: _paid(scope, online=True),
    ),
    "tiep-nhan": Measure(_("Hồ sơ nộp vào"), _("Hồ sơ nộp trong kỳ, mọi kênh, tính theo ngày nộp."), _submitted),
    "nop-truc-tuyen": Measure(
        _("Hồ sơ nộp trực tuyến"),
        _("Trong số đó, hồ sơ nộp trên cổng này."),
        lambda scope: _submitted(scope).filter(channel=Channel.ONLINE),
    ),
    "dung-han": Measure(
        _("Xong đúng hạn"),
        _("Hồ sơ xong trong kỳ, không muộn hơn giờ hẹn trả (đã tính tạm dừng và gia hạn)."),
        lambda scope: _finished(scope).exclude(_LATE),
    ),
    "tre-han": Measure(
        _("Xong trễ hạn"), _("Hồ sơ xong trong kỳ, muộn hơn giờ hẹn trả."), lambda scope: _finished(scope).filter(_LATE)
    ),
    "dang-tre": Measure(
        _("Đang quá hạn"),
        _("Hồ sơ chưa xong mà giờ hẹn trả đã qua, tính lúc xem, không theo kỳ."),
        lambda scope: (
            _of(scope).filter(state__in=OPEN_STATES, due_at__lt=timezone.now()).exclude(state=DossierState.FINISHED)
        ),
    ),
    "chua-nop": Measure(
        _("Còn khoản chưa nộp"),
        _("Hồ sơ nộp vào trong kỳ còn khoản phải nộp đang mở, tính lúc xem."),
        lambda scope: _submitted(scope).filter(
            pk__in=DossierBill.objects.filter(bill__state=BillState.OPEN, bill__amount__gt=0).values("dossier")
        ),
    ),
    "da-tra": Measure(_("Đã trả kết quả"), _("Kết quả trả trong kỳ, tại quầy hoặc qua bưu điện."), _returned),
    "buu-dien": Measure(
        _("Trả qua bưu điện"),
        _("Trong số đó, kết quả giao cho bưu chính công ích."),
        lambda scope: _returned(scope).filter(hand_over__relation=Relation.POST),
    ),
}
#: Shares: (name, part, whole) of MEASURES.
SHARES: tuple[tuple[Promise, tuple[str, ...], tuple[str, ...]], ...] = (
    (_("Nộp phí trực tuyến"), ("truc-tuyen",), ("da-nop",)),
    (_("Hồ sơ nộp trực tuyến"), ("nop-truc-tuyen",), ("tiep-nhan",)),
    (_("Giải quyết đúng hạn"), ("dung-han",), ("dung-han", "tre-han")),
    (_("Trả kết quả qua bưu điện"), ("buu-dien",), ("da-tra",)),
)
