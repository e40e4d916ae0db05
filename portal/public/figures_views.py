"""Public statistics of online payment. No person, no amount, no small number.

One span of payments is read by the index `payment_by_time`; what was computed is kept for
a quarter of an hour in the process, so that no crowd of readers weighs on the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import caches
from django.db import connection
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import charts
from core.values.percent import percent
from dossiers.models import HandOver, Rating
from dossiers.models.events import Relation
from gateways import internal, registry
from payments.bills import money_sources
from portal.reports import funnel
from portal.reports.funnel import Step

SPAN = timedelta(days=90)
KEPT_SECONDS = 15 * 60
#: Fewer cases than this could be told apart, so they are counted among others or not at all.
LEAST = 10

_BY_GATEWAY = """
SELECT gateway, count(*),
    count(*) FILTER (WHERE state = 'paid'),
    count(*) FILTER (WHERE state = 'failed'),
    count(*) FILTER (WHERE state IN ('cancelled', 'expired')),
    percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM paid_at - created_at), 0))
        FILTER (WHERE state = 'paid')
FROM payments_payment
WHERE created_at >= %s AND gateway <> ALL(%s) 
  AND bill_id NOT IN (SELECT bill_id FROM payments_testpayment)
GROUP BY gateway HAVING count(*) >= %s
ORDER BY count(*) DESC
"""

_ALL_TOGETHER = """
SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM paid_at - created_at), 0))
FROM payments_payment
WHERE created_at >= %s AND state = 'paid' AND gateway <> ALL(%s) 
  AND bill_id NOT IN (SELECT bill_id FROM payments_testpayment)
HAVING count(*) >= %s
"""


def is_small(number: int) -> bool:
    """Whether so few are counted that each could be told apart."""
    return 0 < number < LEAST


def published(number: int) -> str:
    """Return a number as it may be published."""
    return _("dưới %(least)s") % {"least": LEAST} if is_small(number) else str(number)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of an agency's payments came online; `name` is None for the small ones together."""

    name: str | None
    paid: int
    online: int

    @property
    def percent(self) -> int:
        """Whole percent, rounded."""
        return percent(self.online, self.paid)


@dataclass(frozen=True, slots=True)
class Way:
    """How one gateway did: attempts, and seconds from the click to the confirmation."""

    name: str
    started: int
    paid: int
    failed: int
    given_up: int
    median_seconds: int | None
    slow_seconds: int | None

    @property
    def paid_published(self) -> str:
        """How many were paid."""
        return published(self.paid)

    @property
    def given_up_published(self) -> str:
        """How many were given up."""
        return published(self.given_up)

    @property
    def failed_published(self) -> str:
        """Percent with one decimal, or that few failed."""
        share = f"{number_format(100 * self.failed / self.started, 1)}%"
        return published(self.failed) if is_small(self.failed) else share


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How many of those who rated gave each score, 5 first; at least LEAST of them."""

    scores: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """How many rated."""
        return sum(number for _score, number in self.scores)

    @property
    def percent(self) -> int:
        """Whole percent who are satisfied: 4 or 5."""
        return percent(sum(number for score, number in self.scores if score >= 4), self.total)

    @property
    def bars(self) -> list[tuple[str, int, int]]:
        """(scores, number, percent) for the chart, highest first; scores that few gave are counted together."""
        groups: list[tuple[list[int], int]] = []
        for score, number in self.scores:
            if groups and is_small(groups[-1][1]):
                groups[-1] = ([*groups[-1][0], score], groups[-1][1] + number)
            else:
                groups.append(([score], number))
        if len(groups) > 1 and is_small(groups[-1][1]):
            (scores, number), (before, more) = groups.pop(), groups.pop()
            groups.append((before + scores, number + more))
        return [
            (f"{scores[-1]}–{scores[0]}" if len(scores) > 1 else str(scores[0]), number, percent(number, self.total))
            for scores, number in groups
        ]


@dataclass(frozen=True, slots=True)
class ByPost:
    """How many of the results given out went by public post."""

    returned: int
    posted: int

    @property
    def percent(self) -> int:
        """Whole percent, rounded."""
        return percent(self.posted, self.returned)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is published, and of when."""

    since: datetime
    at: datetime
    shares: tuple[Share, ...]
    ways: tuple[Way, ...]
    satisfaction: Satisfaction | None
    steps: tuple[Step, ...]
    by_post: ByPost | None
    confirmation: tuple[int, int] | None

    @property
    def total(self) -> Share | None:
        """All that is shown together: what is held back cannot be found by subtraction."""
        paid = sum(share.paid for share in self.shares)
        return Share(None, paid, sum(share.online for share in self.shares)) if paid else None


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of the last 90 days as charts, with the same numbers as tables."""
    shown: Figures = caches["process"].get_or_set("figures", compute, KEPT_SECONDS) or compute()
    shares = charts.share_rows((share.name or str(_("Các cơ quan khác")), share.percent) for share in shown.shares[:20])
    context = {"figures": shown, "shares": shares, "least": LEAST}
    return render(request, "portal/public/figures.html", context)


def compute() -> Figures:
    """Read the figures, in seven queries."""
    now = timezone.now()
    since = now - SPAN
    by_agency = (
        money_sources.settled(since, now)
        .order_by()
        .values("bill__agency_name")
        .annotate(paid=Count("pk"), online=Count("pk", filter=money_sources.is_online()))
    )
    shares = pooled(Share(row["bill__agency_name"], row["paid"], row["online"]) for row in by_agency)
    with connection.cursor() as cursor:
        cursor.execute(_BY_GATEWAY, [since, list(internal.SLUGS), LEAST])
        ways = tuple(_way(*row) for row in cursor.fetchall())
        cursor.execute(_ALL_TOGETHER, [since, list(internal.SLUGS), LEAST])
        confirmation = cursor.fetchone()
    seconds = (round(confirmation[0][0]), round(confirmation[0][1])) if confirmation else None
    steps = tuple(funnel.of_span(now - funnel.DRAFTS_KNOWN, now))
    # Who stands alone before a step, or is alone in having taken it, could be told apart.
    shown = tuple(step for step in steps if step.before >= LEAST and step.count >= LEAST)
    return Figures(since, now, shares, ways, _satisfaction(since), shown, _by_post(since), seconds)


def _by_post(since: datetime) -> ByPost | None:
    counted = HandOver.objects.filter(at__gte=since).aggregate(
        returned=Count("pk"), posted=Count("pk", filter=Q(relation=Relation.POST))
    )
    is_shown = counted["returned"] >= LEAST and not is_small(counted["posted"])
    return ByPost(**counted) if is_shown else None


def _satisfaction(since: datetime) -> Satisfaction | None:
    by_score = dict(Rating.objects.filter(at__gte=since).values_list("score").annotate(number=Count("pk")))
    given = Satisfaction(tuple((score, by_score.get(score, 0)) for score in range(5, 0, -1)))
    return given if given.total >= LEAST else None


def pooled(shares: Iterable[Share]) -> tuple[Share, ...]:
    """Put agencies with few payments together; leave them out when even together they are few.

    One small agency alone in the pool would be seen through, so the smallest other one joins it.
    """
    every = sorted(shares, key=lambda share: (-share.paid, share.name or ""))
    shown = [share for share in every if share.paid >= LEAST]
    small = every[len(shown) :]
    if small and shown and (len(small) == 1 or sum(share.paid for share in small) < LEAST):
        small.append(shown.pop())
    paid = sum(share.paid for share in small)
    if paid >= LEAST and len(small) > 1:
        shown.append(Share(None, paid, sum(share.online for share in small)))
    return tuple(shown)


def _way(gateway: str, started: int, paid: int, failed: int, given_up: int, seconds: list[float] | None) -> Way:
    median, slow = (round(seconds[0]), round(seconds[1])) if seconds and paid >= LEAST else (None, None)
    name = registry.name_of(gateway)
    return Way(name, started, paid, failed, given_up, median, slow)
