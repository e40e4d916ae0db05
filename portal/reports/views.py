"""Pages under `/bao-cao/`: report, dossiers behind each number, exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agencies.audit import record as audit
from agencies.authorization import sees_everything
from agencies.models import Agency
from agencies.succession import heirs_on
from core import charts
from core.spreadsheets import Cell, csv_file
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.models.dossier import DossierQuerySet
from payments.exports.params import page_of
from portal.administration.onboarding.board_views import board

from .measures import MEASURES, Measure, Scope
from .summary import rows_of, summary_of

LONGEST = timedelta(days=366)
#: Rows of a chart; the table below has all.
CHARTED = 20
WEEK_WIDTH = 28


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What the address asks for. `agency` is the chosen one, None for all somebody sees.

    `heirs`, when asked for (`?gop=1`), count what predecessors did at who does their work today.
    """

    scope: Scope
    agency: Agency | None
    offered: list[Agency]
    heirs: dict[int, int] | None = None

    @property
    def query(self) -> str:
        """The same question for another page."""
        parameters = {"tu": self.scope.first.isoformat(), "den": self.scope.last.isoformat()}
        parameters |= {"co-quan": str(self.agency.pk)} if self.agency else {}
        return urlencode(parameters | ({} if self.heirs is None else {"gop": "1"}))


def _requested(request: HttpRequest, staff: DeskStaff) -> ReportRequest:
    """Read span and agency; whatever makes no sense is this month, and everything they see. Raises Http404."""
    today = timezone.localdate()
    last = min(_day(request.GET.get("den", ""), today), today)
    first = _day(request.GET.get("tu", ""), last.replace(day=1))
    first = max(min(first, last), last - LONGEST)
    offered = list(Agency.objects.filter(pk__in=staff.sees).order_by("name", "pk"))
    wanted = request.GET.get("co-quan", "")
    chosen = next((agency for agency in offered if str(agency.pk) == wanted), None)
    if wanted and chosen is None:
        raise Http404
    heirs = heirs_on(today) if request.GET.get("gop") == "1" else None
    scope = staff.sees
    if chosen:
        scope = frozenset(pk for pk in staff.sees if pk == chosen.pk or (heirs or {}).get(pk) == chosen.pk)
    return ReportRequest(Scope(scope, first, last), chosen, offered, heirs)


def _day(text: str, default: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return default
    return day if day.year >= 2000 else default


def _complain(request: HttpRequest, scope: Scope) -> None:
    """Say on a page what of the wanted span was changed, and which one is shown instead."""
    wanted = {name: request.GET.get(name, "") for name in ("tu", "den")}
    days = {name: _day(text, date.min) for name, text in wanted.items() if text}
    reasons = [
        _("“%(text)s” không phải ngày tháng") % {"text": wanted[name][:20]}
        for name, day in days.items()
        if day == date.min
    ]
    if date.min not in days.values():
        first, last = days.get("tu", scope.first), days.get("den", scope.last)
        reasons += [_("từ ngày sau đến ngày")] if first > last else []
        reasons += [_("ngày còn ở tương lai")] if max(first, last) > timezone.localdate() else []
        reasons += [_("dài quá một năm")] if last - first > LONGEST else []
    if reasons:
        shown = {"why": ", ".join(reasons), "first": f"{scope.first:%d/%m/%Y}", "last": f"{scope.last:%d/%m/%Y}"}
        text = _("Khoảng thời gian không dùng được (%(why)s): đang hiện từ %(first)s đến hết %(last)s.") % shown
        messages.warning(request, text)


@require_GET
@for_staff
def report(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """Show the report; the number of queries does not depend on how much there is."""
    requested = _requested(request, staff)
    _complain(request, requested.scope)
    is_whole = requested.agency is None and sees_everything(staff.user)
    summary = summary_of(requested.scope, is_whole=is_whole, heirs=requested.heirs)
    charted = [(row.name, percent) for row in summary.rows if (percent := row.online.percent) is not None][:CHARTED]
    weeks = ((week, week.percent) for week in summary.weeks)
    context = {
        "staff": staff,
        "requested": requested,
        "report": summary,
        "shares": charts.share_rows(charted),
        "weeks": charts.columns(weeks, height=100, slot=WEEK_WIDTH, highest=100),
        "weeks_width": str(max(WEEK_WIDTH * len(summary.weeks), 10 * WEEK_WIDTH)),
        "groups": board(requested.scope.last) if is_whole else [],
    }
    return render(request, "portal/reports/report.html", context)


@require_GET
@for_staff
def report_file(request: HttpRequest, staff: DeskStaff) -> HttpResponseBase:
    """The table of agencies as CSV: one column a measure."""
    requested = _requested(request, staff)
    _record("export_report", requested, staff)
    names = [str(_("Cơ quan")), *(str(measure.name) for measure in MEASURES.values())]
    rows: list[list[Cell]] = [[row.name, *row.counts.values()] for row in rows_of(requested.scope, requested.heirs)]
    name = f"bao-cao-{requested.scope.first}-{requested.scope.last}.csv"
    return csv_file(name, names, rows)


@require_GET
@for_staff
def dossiers(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """The dossiers a number counts (`?so=` its word), each a link to the desk."""
    requested, word, measure = _measure(request, staff)
    _complain(request, requested.scope)
    page = page_of(request, _listed(measure, requested))
    context = {"staff": staff, "requested": requested, "word": word, "measure": measure, "page": page}
    return render(request, "portal/reports/dossiers.html", context)


@require_GET
@for_staff
def dossiers_file(request: HttpRequest, staff: DeskStaff) -> HttpResponseBase:
    """The same dossiers, all of them, as a stream of CSV; times in Viet Nam (UTC+7). It contains no personal data."""
    requested, word, measure = _measure(request, staff)
    _record("export_report_dossiers", requested, staff, measure=word)
    return csv_file(f"ho-so-{word}.csv", [*_COLUMNS, *_TIMES], _rows(_listed(measure, requested)))


def _measure(request: HttpRequest, staff: DeskStaff) -> tuple[ReportRequest, str, Measure]:
    word = request.GET.get("so", "")
    if word not in MEASURES:
        raise Http404
    return _requested(request, staff), word, MEASURES[word]


def _listed(measure: Measure, requested: ReportRequest) -> DossierQuerySet:
    return measure.dossiers(requested.scope).select_related("agency", "case__procedure").order_by("-pk")


_COLUMNS = ("ma_ho_so", "co_quan", "ma_thu_tuc", "kenh", "trang_thai")
_TIMES = {"nop": "submitted_at", "hen_tra": "due_at", "xong": "finished_at", "tra": "returned_at"}


def _rows(matching: DossierQuerySet) -> Iterator[list[Cell]]:
    for dossier in matching.iterator(chunk_size=1000):
        about = (dossier.code, dossier.agency.name, dossier.case.procedure.code, dossier.channel, dossier.state)
        yield [*about, *(getattr(dossier, field) for field in _TIMES.values())]


def _record(action: str, requested: ReportRequest, staff: DeskStaff, **detail: Any) -> None:
    span = f"{requested.scope.first}..{requested.scope.last}"
    audit.record(action, f"report:{span}", actor=staff.user, agency=requested.agency, **detail)
