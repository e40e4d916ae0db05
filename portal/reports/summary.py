"""One report: the numbers of a time span for some agencies, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.functional import Promise

from agencies.models import Agency
from core.values.percent import percent
from dossiers.models import DossierBill
from gateways import internal
from payments.bills import money_sources
from payments.models import Refund
from payments.models.bills import FeeKind
from payments.states import RefundState

from . import funnel
from .measures import MEASURES, SHARES, Measure, Scope, payments


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole."""

    name: Promise
    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Whole percent; None of nothing."""
        return percent(self.part, self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Row:
    """One agency: its count of every measure, in their order."""

    pk: int
    name: str
    counts: dict[str, int]

    @property
    def online(self) -> Share:
        """Its share of fees paid online: the first of SHARES."""
        return share(SHARES[0], self.counts)

    @property
    def cells(self) -> list[tuple[str, int]]:
        """(word of the measure, count)."""
        return list(self.counts.items())


@dataclass(frozen=True, slots=True)
class Money:
    """What came in for one kind of fee, whole đồng."""

    name: str
    online: int
    counter: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.online + self.counter


@dataclass(frozen=True, slots=True)
class Week:
    """Bills paid in the week that begins on a Monday."""

    monday: date
    paid: int
    online: int

    @property
    def percent(self) -> int:
        """Whole percent paid online."""
        return percent(self.online, self.paid)


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole report."""

    totals: list[tuple[str, Measure, int]]
    shares: list[Share]
    procedures: Share
    rows: list[Row]
    money: list[Money]
    refunded: int
    weeks: list[Week]
    steps: list[funnel.Step]


def share(defined: tuple[Promise, tuple[str, ...], tuple[str, ...]], counts: dict[str, int]) -> Share:
    """Return one of SHARES for some counts."""
    name, part, whole = defined
    return Share(name, sum(counts[word] for word in part), sum(counts[word] for word in whole))


def rows_of(scope: Scope, heirs: Mapping[int, int] | None = None) -> list[Row]:
    """Return the agencies that have anything to count, the busiest first; a query each measure, and one for names.

    As they were when it happened; with `heirs` (`agencies.succession.heirs_on`) counted at who does their work since.
    """
    counts: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    for word, measure in MEASURES.items():
        grouped = measure.dossiers(scope).order_by().values_list("agency").annotate(Count("pk"))
        for agency_id, number in grouped:
            counts[(heirs or {}).get(agency_id, agency_id)][word] += number
    names = dict(Agency.objects.filter(pk__in=counts).values_list("pk", "name"))
    rows = [Row(pk, names[pk], values) for pk, values in counts.items()]
    return sorted(rows, key=lambda row: (-row.counts["da-nop"], -row.counts["tiep-nhan"], row.name))


def summary_of(scope: Scope, *, is_whole: bool, heirs: Mapping[int, int] | None = None) -> Summary:
    """Return the report. `is_whole`: every agency there is, so that drafts, which have none yet, are counted."""
    rows = rows_of(scope, heirs)
    totals = {word: sum(row.counts[word] for row in rows) for word in MEASURES}
    knows_drafts = is_whole and scope.start >= timezone.now() - funnel.DRAFTS_KNOWN
    return Summary(
        totals=[(word, measure, totals[word]) for word, measure in MEASURES.items()],
        shares=[share(defined, totals) for defined in SHARES],
        procedures=_procedures(scope),
        rows=rows,
        money=_money(scope),
        refunded=_refunded(scope),
        weeks=_weeks(scope),
        steps=funnel.of_span(scope.start, scope.end, None if knows_drafts else scope.agencies),
    )


def _procedures(scope: Scope) -> Share:
    """Of the procedures somebody paid for, those that somebody paid for online."""
    online = Q(bill__in=payments(scope, online=True).values("bill"))
    links = DossierBill.objects.filter(bill__in=payments(scope).values("bill"))
    by_procedure = links.values_list("dossier__case__procedure").annotate(online=Count("pk", filter=online))
    numbers = [number for _procedure, number in by_procedure]
    return Share(SHARES[0][0], sum(number > 0 for number in numbers), len(numbers))


def _money(scope: Scope) -> list[Money]:
    """What came in for each kind: summed where a bill's money came one way, else by what each gateway received."""
    settled, amount = payments(scope).order_by(), "bill__lines__amount"
    is_online = ~Q(gateway__in=internal.SLUGS)
    grouped = (
        settled.exclude(money_sources.is_composed())
        .values(kind=F("bill__lines__kind"))
        .annotate(online=Sum(amount, filter=is_online, default=0), in_cash=Sum(amount, filter=~is_online, default=0))
    )
    by_kind = {row["kind"]: [row["online"], row["in_cash"]] for row in grouped}
    composed = list(settled.filter(money_sources.is_composed()).prefetch_related("bill__lines"))
    made_up = money_sources.of_settled(composed) if composed else {}
    for payment in composed:
        left = sum(value for gateway, value in made_up[payment.pk].items() if gateway not in internal.SLUGS)
        for line in payment.bill.lines.all():
            online = min(left, line.amount)
            left -= online
            sums = by_kind.setdefault(line.kind, [0, 0])
            sums[0] += online
            sums[1] += line.amount - online
    return [Money(str(label), *by_kind[kind]) for kind, label in FeeKind.choices if kind in by_kind]


def _refunded(scope: Scope) -> int:
    """What went back in the span, whatever it had been for."""
    done = Refund.objects.filter(state=RefundState.DONE, done_at__gte=scope.start, done_at__lt=scope.end)
    return int(done.filter(agency__in=scope.agencies).aggregate(sum=Sum("amount", default=0))["sum"])


def _weeks(scope: Scope) -> list[Week]:
    grouped = (
        payments(scope)
        .annotate(week=TruncWeek("paid_at"))
        .order_by("week")
        .values("week")
        .annotate(paid=Count("pk"), online=Count("pk", filter=money_sources.is_online()))
    )
    return [Week(timezone.localdate(row["week"]), row["paid"], row["online"]) for row in grouped]
