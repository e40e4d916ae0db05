"""Funnel from draft to paid dossier: where people give up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.values.percent import percent
from dossiers.models import Dossier, Draft
from dossiers.models.dossier import Channel
from gateways import internal
from payments.states import BillState

#: Drafts nobody touches are deleted after thirty days: of older ones nobody can say how many were begun.
DRAFTS_KNOWN = timedelta(days=29)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many came so far, and `before` how many could have."""

    name: Promise
    count: int
    before: int

    @property
    def percent(self) -> int:
        """Whole percent of those who could have come so far."""
        return percent(self.count, self.before)

    @property
    def lost(self) -> int:
        """Whole percent that gave up before this step."""
        return 100 - self.percent if self.before else 0


def of_span(start: datetime, end: datetime, agencies: Collection[int] | None = None) -> list[Step]:
    """Return the steps of those who began within a span, in two queries at most.

    Who only begins has not said yet for which agency: with `agencies` the way begins at the dossier handed in
    online. What is free, waived or paid at the counter is no payment given up: those are not among who could pay.
    """
    steps = []
    if agencies is None:
        drafts = Draft.objects.filter(created_at__gte=start, created_at__lt=end)
        drafts = drafts.exclude(assistance__channel=Channel.COUNTER)
        counted = drafts.aggregate(begun=Count("pk"), submitted=Count("dossier"))
        steps = [
            Step(_("Bắt đầu điền hồ sơ"), counted["begun"], counted["begun"]),
            Step(_("Nộp hồ sơ"), counted["submitted"], counted["begun"]),
        ]
        dossiers = Dossier.objects.filter(pk__in=drafts.exclude(dossier=None).values("dossier"))
    else:
        dossiers = Dossier.objects.filter(
            agency__in=agencies, channel=Channel.ONLINE, submitted_at__gte=start, submitted_at__lt=end
        )
    return [*steps, *_paying(dossiers, is_first=not steps)]


def _paying(dossiers: QuerySet[Dossier], *, is_first: bool) -> list[Step]:
    """Count each dossier once, by all its bills and attempts together: one pass, however many there are."""
    owed = Q(bills__amount__gt=0) & ~Q(bills__state__in=(BillState.WAIVED, BillState.CANCELLED))
    is_internal = Q(bills__payments__gateway__in=internal.SLUGS)
    at_counter = Q(bills__payments__gateway=internal.Counter.slug)
    attempt = owed & Q(bills__payments__isnull=False)
    is_applied = Q(bills__payments__is_applied=True)

    def any_of(condition: Q) -> BoolOr:
        return BoolOr(ExpressionWrapper(condition, BooleanField()), default=False)

    counted = (
        dossiers.order_by()
        .values("pk")
        .annotate(
            owes=any_of(owed),
            tried=any_of(attempt & ~is_internal),
            paid=any_of(attempt & ~at_counter & is_applied),
            at_counter=any_of(attempt & at_counter & is_applied),
        )
        .aggregate(
            everybody=Count("pk"),
            could_pay=Count("pk", filter=Q(owes=True, at_counter=False)),
            began=Count("pk", filter=Q(tried=True, at_counter=False)),
            finished=Count("pk", filter=Q(paid=True, at_counter=False)),
        )
    )
    first = [Step(_("Nộp hồ sơ"), counted["everybody"], counted["everybody"])] if is_first else []
    return [
        *first,
        Step(_("Phải nộp phí trực tuyến"), counted["could_pay"], counted["could_pay"]),
        Step(_("Bắt đầu thanh toán"), counted["began"], counted["could_pay"]),
        Step(_("Đã nộp xong"), counted["finished"], counted["began"]),
    ]
