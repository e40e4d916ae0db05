"""Payments: the list with search, and one payment's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from agencies.audit import record as audit
from core.values.text import row_key
from gateways import registry
from payments import payment_history, search
from payments.bills import evidence, money_sources
from payments.cash_desk import proof
from payments.exports.definitions import PAYMENTS
from payments.exports.definitions.base import sealed
from payments.exports.definitions.payments import beyond, offered
from payments.exports.params import MOST_COUNTED, PAGE, count_up_to
from payments.merchants import missing
from payments.models import Payment

from .access import AccountingStaff, for_accountants, for_searchers
from .list_toolbar import back_to, tools_of

#: Cases shown beside the payments that a search found.
CASES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Cut:
    """One page of a list that is cut at a row and not counted from the start: the hundredth costs what the first does.

    `before` and `after` are the rows where the neighbouring pages begin, or None at the ends.
    """

    rows: list[Payment]
    before: int | None
    after: int | None


@require_http_methods(["GET", "POST"])
@for_searchers
def payments(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Payments by any key, filtered and sorted; the address holds all of it."""
    if request.method == "POST":
        return back_to(PAYMENTS, PAYMENTS.query(request.POST))
    chosen = PAYMENTS.choose(staff, request.GET)
    matching = PAYMENTS.rows(staff, chosen)
    count = count_up_to(matching, MOST_COUNTED)
    context = {
        "staff": staff,
        "chosen": chosen,
        "cut": _cut(request, staff, matching.select_related("bill").prefetch_related("refunds"), chosen["order"]),
        "count": min(count, MOST_COUNTED),
        "is_more": count > MOST_COUNTED,
        "tools": tools_of(request, staff, PAYMENTS, count),
        **offered(staff),
    }
    if chosen["q"]:
        meaning = search.understand(chosen["q"], timezone.localdate())
        cases = search.cases_of(meaning, staff.sees).select_related("bill").order_by("-pk")
        context |= {"meaning": meaning, "cases": list(cases[: CASES_SHOWN + 1]), "sealed": sealed(chosen["q"])}
    return render(request, "payments/accounting/payments.html", context)


def _cut(request: HttpRequest, staff: AccountingStaff, matching: QuerySet[Payment], order: str) -> Cut:
    back = "before" in request.GET
    edge = _edge(staff, request.GET.get("before" if back else "after", ""))
    rows = list(beyond(matching, order, edge, back=back and edge is not None)[: PAGE + 1])
    is_more, rows = len(rows) > PAGE, rows[:PAGE]
    _name_states(rows)
    for row in rows:
        row.gateway_name = registry.name_of(row.gateway)  # type: ignore[attr-defined]
    if back and edge:
        rows.reverse()
        return Cut(rows, rows[0].pk if is_more else None, rows[-1].pk if rows else None)
    return Cut(rows, rows[0].pk if edge and rows else None, rows[-1].pk if is_more else None)


def _name_states(payments: Sequence[Payment]) -> None:
    """Write on each attempt what came through it, and its state in words."""
    received = money_sources.received(payment.pk for payment in payments)
    for each in payments:
        each.received_amount = received.get(each.pk, 0)  # type: ignore[attr-defined]
        each.state_name = money_sources.state_in_words(each, received.get(each.pk, 0))  # type: ignore[attr-defined]


def _edge(staff: AccountingStaff, text: str) -> Payment | None:
    return Payment.objects.filter(bill__agency__in=staff.sees, pk=row_key(text)).select_related("bill").first()


@require_GET
@for_accountants
def payment(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Everything that happened to one payment, ours and the bank's, with what the bank sent as it came (masked)."""
    mine = Payment.objects.filter(bill__agency__in=staff.sees)
    loaded = mine.select_related("bill__agency", "merchant_account__agency").prefetch_related(evidence.with_files())
    payment = get_object_or_404(loaded, pk=pk)
    audit.record("view", f"payment:{payment.pk}", actor=staff.user, agency=payment.bill.agency)
    others = list(payment.bill.payments.exclude(pk=payment.pk).order_by("-pk")[:10])
    _name_states([payment, *others])
    context = {
        "staff": staff,
        "payment": payment,
        "gateway_name": registry.name_of(payment.gateway),
        "missing_gateway": missing.named(payment.gateway),
        "evidence": evidence.in_words(payment),
        "waits_for": proof.waits_for(payment),
        "timeline": payment_history.of_payment(payment),
        "sees": staff.sees,
        "receipts": payment.receipts.select_related("series", "cancellation").order_by("pk"),
        "refunds": payment.refunds.select_related("maker", "client", "checker", "payment__bill", "discrepancy__bill"),
        "cases": payment.discrepancies.filter(agency__in=staff.sees).select_related("bill").order_by("pk"),
        "others": others,
    }
    return render(request, "payments/accounting/payment.html", context)
