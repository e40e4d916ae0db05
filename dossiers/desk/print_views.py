"""Printing and the register. A print is a POST, because it is counted."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST

from agencies.audit import record as audit
from agencies.models import Agency
from core.spreadsheets import csv_file
from dossiers.models import Dossier
from dossiers.printing import official_forms
from dossiers.printing.layout import render
from dossiers.printing.papers import PAPERS, print_paper

from .access import DeskStaff, for_staff

#: A PDF table of more takes longer than anybody waits; the whole register is the CSV, and the PDF says so.
MOST_ROWS = 2000
_COLUMNS = ("stt", "ma_ho_so", "chu_ho_so", "nhan", "hen_tra", "da_tra")


@require_POST
@for_staff
def print_one(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Return `giay` on paper of size `kho` as a PDF to print."""
    dossier = staff.dossier_to_serve(code)
    paper, size = PAPERS.get(request.POST.get("giay", "")), request.POST.get("kho", "")
    if paper is None or size not in paper.sizes or not paper.exists(dossier):
        raise Http404
    response = HttpResponse(print_paper(dossier, paper, size, actor=staff.user), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{paper.name}-{dossier.code}.pdf"'
    return response


@require_POST
@for_staff
def print_register(request: HttpRequest, staff: DeskStaff) -> HttpResponseBase:
    """Return the register (form 07) of one of their agencies for a month; who took it is on record.

    As a PDF to print, or, with `dang=csv`, whole as a stream of CSV: dates in Viet Nam (UTC+7).
    """
    month, agency = _month(request.POST.get("thang", "")), request.POST.get("co-quan", "")
    if not agency.isdecimal() or len(agency) > 15 or int(agency) not in staff.works_at:
        raise Http404
    issuer = Agency.objects.get(pk=int(agency))
    first = timezone.make_aware(datetime(month.year, month.month, 1))  # noqa: DTZ001 - made aware here
    after = timezone.make_aware(datetime(month.year + month.month // 12, month.month % 12 + 1, 1))  # noqa: DTZ001
    dossiers = staff.dossiers().filter(agency=issuer, submitted_at__gte=first, submitted_at__lt=after)
    audit.record("register", f"agency:{issuer.pk}", actor=staff.user, agency=issuer, month=f"{month:%Y-%m}")
    rows = dossiers.order_by("submitted_at", "pk")
    if request.POST.get("dang") == "csv":
        return _as_csv(rows, f"so-theo-doi-{month:%Y-%m}.csv")
    sheet = official_forms.register(issuer, month, rows[:MOST_ROWS], timezone.now(), total=rows.count())
    response = HttpResponse(render(sheet, "a4"), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="so-theo-doi-{month:%Y-%m}.pdf"'
    return response


def _as_csv(dossiers: QuerySet[Dossier], name: str) -> StreamingHttpResponse:
    """Stream every row; a million of them need no more memory than a hundred."""
    rows = (official_forms.register_row(*numbered) for numbered in enumerate(dossiers.iterator(chunk_size=1000), 1))
    return csv_file(name, _COLUMNS, rows)


def _month(text: str) -> date:
    """Return the first day of a month of this century as `2026-11`; of this month for anything else."""
    try:
        return date.fromisoformat(f"20{text.removeprefix('20')}-01")
    except ValueError:
        return timezone.localdate().replace(day=1)
