"""Receipts: use of the series by month, and the register."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from payments.bills import evidence
from payments.exports.definitions import RECEIPTS, USAGE
from payments.exports.definitions.receipts import KINDS, agencies, years
from payments.exports.params import MOST_COUNTED, count_up_to, page_of
from payments.models import LostNumbers
from payments.models.bills import FeeKind

from .access import AccountingStaff, for_accountants, for_searchers
from .list_toolbar import back_to, tools_of


@require_GET
@for_accountants
def receipts(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """First and last number of each month, how many, how many cancelled, and the money; numbers lost in a restore."""
    chosen = USAGE.choose(staff, request.GET)
    page = page_of(request, USAGE.rows(staff, chosen))
    lost = LostNumbers.objects.filter(series__agency__in=staff.sees, noted_at__year=int(chosen["year"]))
    if chosen["agency"]:
        lost = lost.filter(series__agency=int(chosen["agency"]))
    context = {
        "staff": staff,
        "page": page,
        "named": [(row, KINDS[row["kind"]]) for row in page],
        "lost": lost.select_related("series__agency").order_by("series__agency__name", "pk"),
        "chosen": chosen,
        "years": years(),
        "agencies": agencies(staff),
        "tools": tools_of(request, staff, USAGE, 0),
    }
    return render(request, "payments/accounting/receipts.html", context)


@require_http_methods(["GET", "POST"])
@for_searchers
def receipt_list(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Every receipt, newest first, cancelled ones with what took their place."""
    if request.method == "POST":
        return back_to(RECEIPTS, RECEIPTS.query(request.POST))
    chosen = RECEIPTS.choose(staff, request.GET)
    rows = RECEIPTS.rows(staff, chosen)
    count = count_up_to(rows, MOST_COUNTED)
    loaded = rows.select_related(*RECEIPTS.related).prefetch_related(*RECEIPTS.prefetched)
    page = page_of(request, loaded.order_by("-pk")[:MOST_COUNTED])
    for receipt in page:
        receipt.evidence = evidence.in_words(receipt.payment)
    context = {
        "staff": staff,
        "page": page,
        "is_more": count > MOST_COUNTED,
        "chosen": chosen,
        "kinds": FeeKind.choices,
        "agencies": agencies(staff),
        "tools": tools_of(request, staff, RECEIPTS, count),
    }
    return render(request, "payments/accounting/receipt_list.html", context)
