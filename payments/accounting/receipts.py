"""Use of receipt books: per agency, series and month, to read and to take away."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agencies import audit
from agencies.models import Agency
from agencies.spreadsheets import harmless

from ..models import LostNumbers, Receipt, ReceiptSeries
from ..models.bills import FeeKind
from .access import Staff, for_accountants
from .listing import choice, page_of

KINDS = dict(FeeKind.choices)


def _usage(request: HttpRequest, staff: Staff) -> tuple[QuerySet[Any, Any], dict[str, Any]]:
    """Return the rows that the filter of the address leaves, and that filter."""
    agencies = Agency.objects.filter(pk__in=ReceiptSeries.objects.filter(agency__in=staff.sees).values("agency"))
    this_year = timezone.localdate().year
    years = [str(year) for year in range(this_year, this_year - 10, -1)]
    year = choice(request, "year", years, years[0])
    offered = [(str(pk), name) for pk, name in agencies.order_by("name").values_list("pk", "name")]
    agency = choice(request, "agency", [value for value, _name in offered])
    zone = timezone.get_current_timezone()
    start, end = (datetime(int(year) + more, 1, 1, tzinfo=zone) for more in (0, 1))
    rows = Receipt.objects.filter(series__agency__in=staff.sees, issued_at__gte=start, issued_at__lt=end)
    if agency:
        rows = rows.filter(series__agency=int(agency))
    valid = Q(cancellation=None)
    grouped = (
        rows.annotate(month=TruncMonth("issued_at"))
        .order_by()
        .values("series__agency__name", "series__template", "series__serial", "kind", "month")
        .annotate(
            first=Min("number"),
            last=Max("number"),
            count=Count("id"),
            cancelled=Count("id", filter=~valid),
            total=Sum("amount"),
            valid_total=Sum("amount", filter=valid, default=0),
        )
        .order_by("series__agency__name", "series__serial", "month")
    )
    return grouped, {"years": years, "year": year, "agencies": offered, "agency": agency}


@require_GET
@for_accountants
def receipts(request: HttpRequest, staff: Staff) -> HttpResponse:
    """First and last number of each month, how many, how many cancelled, and the money; numbers lost in a restore."""
    rows, chosen = _usage(request, staff)
    page = page_of(request, rows)
    named = [(row, KINDS[row["kind"]]) for row in page]
    lost = LostNumbers.objects.filter(series__agency__in=staff.sees, noted_at__year=int(chosen["year"]))
    if chosen["agency"]:
        lost = lost.filter(series__agency=int(chosen["agency"]))
    found = lost.select_related("series__agency").order_by("series__agency__name", "pk")
    values = {"staff": staff, "page": page, "named": named, "lost": found, **chosen}
    return render(request, "accounting/receipts.html", values)


@require_GET
@for_accountants
def receipts_csv(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The same rows, all of them, for a spreadsheet (UTF-8 with a mark, so that Excel reads it)."""
    rows, chosen = _usage(request, staff)
    audit.record("export_receipts", f"year:{chosen['year']}", actor=staff.user, selected=chosen["agency"])
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="bien-lai-{chosen["year"]}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    head = (_("Cơ quan"), _("Mẫu số"), _("Ký hiệu"), _("Loại"), _("Tháng"), _("Từ số"), _("Đến số"), _("Số lượng"))
    writer.writerow((*head, _("Đã hủy"), _("Tổng tiền (đồng)"), _("Còn hiệu lực (đồng)")))
    for row in rows:
        texts = (row["series__agency__name"], row["series__template"], row["series__serial"], str(KINDS[row["kind"]]))
        figures = (row["first"], row["last"], row["count"], row["cancelled"], row["total"], row["valid_total"])
        writer.writerow((*(harmless(text) for text in texts), f"{row['month']:%m/%Y}", *figures))
    return response
