"""Proposing a refund of a settled bill: what the law refunds, line by line."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateways import registry
from payments.accounting.access import AccountingStaff, for_accountants
from payments.accounting.forms import RefundForm
from payments.exports.params import choice
from payments.merchants import missing
from payments.models import Payment
from payments.models.refunds import REASONS_OF_A_PAYMENT, RefundReason
from payments.refunds import destination
from payments.refunds import workflow as refunds

from .views import propose_by_form


@require_http_methods(["GET", "POST"])
@for_accountants
def propose(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Choose a reason, see what it allows, propose an amount (BR-15)."""
    mine = Payment.objects.filter(bill__agency__in=staff.sees).select_related("bill__agency")
    payment = get_object_or_404(mine.prefetch_related("bill__lines"), pk=pk)
    needs_account = destination.is_needed(payment)
    if request.method == "POST":
        staff.must_act(payment.bill.agency_id)
        form = RefundForm(request.POST, needs_bank_account=needs_account)
        if form.is_valid():
            if propose_by_form(request, staff, form, payment):
                return redirect("accounting-refunds")
            return redirect("accounting-propose", pk=pk)
        reason = form.data.get("reason", "")
    else:
        reason = choice(request.GET, "reason", [str(value) for value in REASONS_OF_A_PAYMENT], RefundReason.REFUSED)
    allowed = refunds.refundable_amount(payment, reason)
    if request.method == "GET":
        form = RefundForm.blank(
            amount=allowed, remaining=payment.remaining_amount, reason=reason, needs_bank_account=needs_account
        )
    context = {
        "staff": staff,
        "payment": payment,
        "gateway_name": registry.name_of(payment.gateway),
        "missing_gateway": missing.named(payment.gateway),
        "lines": _lines(payment, reason),
        "reasons": [(str(value), value.label) for value in REASONS_OF_A_PAYMENT],
        "reason": reason,
        "allowed": allowed,
        "why_not": _why_not(payment) if not allowed else "",
        "form": form,
        "may_act": staff.may_act(payment.bill.agency_id),
    }
    return render(request, "payments/accounting/propose.html", context)


def _lines(payment: Payment, reason: str) -> list[tuple[object, bool, str]]:
    """Return each line, whether it goes back for this reason, and the law that says no."""
    return [
        (
            line,
            refunds.goes_back(line, reason),
            line.refund_note or _("Khoản này theo quy định không hoàn trả."),
        )
        for line in payment.bill.lines.all()
    ]


def _why_not(payment: Payment) -> str:
    if not payment.is_applied:
        return _("Lần nộp này chưa ghi nhận cho khoản nào nên không có gì để hoàn; tiền thừa được hoàn từ vụ việc.")
    if not payment.remaining_amount:
        return _("Toàn bộ số tiền đã được hoàn hoặc đang chờ hoàn.")
    notes = [line.refund_note for line in payment.bill.lines.all() if not line.is_refundable and line.refund_note]
    return notes[0] if notes else _("Khoản này theo quy định không hoàn trả.")
