"""Refunds: list, approval, bank transfer."""

from __future__ import annotations

import re

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.audit import record as audit
from agencies.reauthentication import recently_proved
from gateways import registry
from payments import search
from payments.accounting.access import AccountingStaff, for_accountants, for_searchers
from payments.accounting.error_messages import attempt
from payments.accounting.forms import DestinationForm, RefundForm, RejectForm, TransferForm
from payments.accounting.list_toolbar import back_to, tools_of
from payments.exports.definitions import REFUNDS
from payments.exports.definitions.refunds import mine
from payments.exports.params import page_of
from payments.merchants import missing
from payments.models import Discrepancy, Payment, Refund
from payments.refunds import destination
from payments.refunds import workflow as refunds
from payments.states import RefundState

#: A person transfers, or has seen in the bank's books that an unclear one went.
TRANSFERABLE = (RefundState.AWAITING_TRANSFER, RefundState.UNKNOWN)
REJECTABLE = (RefundState.PROPOSED, RefundState.AWAITING_TRANSFER)
#: The way of every refund, and how far each state is on it.
STEPS = (
    gettext_lazy("Đề nghị"),
    gettext_lazy("Người thứ hai duyệt"),
    gettext_lazy("Tiền rời tài khoản"),
    gettext_lazy("Ngân hàng xác nhận"),
)
_REACHED: dict[str, int] = {
    RefundState.PROPOSED: 2,
    RefundState.APPROVED: 3,
    RefundState.AWAITING_TRANSFER: 3,
    RefundState.SENT: 4,
    RefundState.UNKNOWN: 4,
    RefundState.DONE: 5,
}
NEXT_STEPS = {
    RefundState.PROPOSED: gettext_lazy("Chờ một người khác người đề nghị duyệt. Số tiền này đã được giữ lại."),
    RefundState.REJECTED: gettext_lazy("Không duyệt: không tiền nào rời đi, số tiền lại hoàn được."),
    RefundState.APPROVED: gettext_lazy("Đã duyệt: hệ thống gửi lệnh hoàn sang ngân hàng trong ít giây."),
    RefundState.SENT: gettext_lazy("Đã gửi lệnh hoàn; chưa coi là xong cho đến khi ngân hàng xác nhận."),
    RefundState.UNKNOWN: gettext_lazy("Ngân hàng chưa trả lời rõ. Đừng hoàn lần nữa: hệ thống đang hỏi lại."),
    RefundState.AWAITING_TRANSFER: gettext_lazy(
        "Cổng này không hoàn tự động: chuyển khoản rồi ghi mã giao dịch ở dưới."
    ),
    RefundState.DONE: gettext_lazy("Ngân hàng đã xác nhận; người nộp thấy trên trang của khoản."),
}


def _one(staff: AccountingStaff, pk: int) -> Refund:
    related = ("agency", "maker", "client", "checker", "payment__bill", "discrepancy__bill")
    return get_object_or_404(mine(staff).select_related(*related), pk=pk)


def propose_by_form(
    request: HttpRequest, staff: AccountingStaff, form: RefundForm, source: Payment | Discrepancy
) -> bool:
    """Propose what a valid form asks to give back of a payment or a discrepancy; tell whether it was taken.

    The form's key counts for one person and one source only.
    """
    given = form.cleaned_data
    name = "payment" if isinstance(source, Payment) else "case"
    proposal = refunds.Proposal(
        amount=given["amount"],
        remaining_seen=given["remaining"],
        reason=given["reason"],
        idempotency_key=f"page:{name}:{source.pk}:{staff.user.pk}:{given['key']}",
        note=given["note"],
        bank_account=form.bank_account,
    )
    done = _("Đã đề nghị hoàn tiền. Một người khác phải duyệt.")
    if isinstance(source, Payment):
        return attempt(request, lambda: refunds.propose_for_payment(source, proposal, maker=staff.user), done)
    return attempt(request, lambda: refunds.propose_for_case(source, proposal, maker=staff.user), done)


@require_http_methods(["GET", "POST"])
@for_searchers
def refund_list(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Refunds by state; a bill's code also finds its payment, to propose one."""
    if request.method == "POST":
        return back_to(REFUNDS, REFUNDS.query(request.POST))
    chosen = REFUNDS.choose(staff, request.GET)
    text = chosen["q"]
    counts = dict(mine(staff).order_by().values_list("state").annotate(Count("id")))
    page = page_of(request, REFUNDS.rows(staff, chosen).select_related(*REFUNDS.related))
    payments: list[Payment] = []
    if text:
        meant = search.payments(search.understand(text, timezone.localdate()))
        applied = Payment.objects.filter(bill__agency__in=staff.sees, is_applied=True)
        payments = list(applied.filter(meant).select_related("bill").order_by("-id")[:10])
    context = {
        "staff": staff,
        "page": page,
        "tabs": [(value, label, counts.get(value, 0)) for value, label in RefundState.choices],
        "chosen": chosen,
        "payments": payments,
        "tools": tools_of(request, staff, REFUNDS, page.paginator.count),
    }
    return render(request, "payments/accounting/refunds.html", context)


@require_GET
@for_accountants
def refund(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Who proposed, who decided, from where, where to. The account number is for whoever checks it or transfers."""
    refund = _one(staff, pk)
    is_other = staff.may_act(refund.agency_id) and refund.maker_id != staff.user.pk
    may_transfer = is_other and refund.state in TRANSFERABLE
    may_decide = is_other and refund.state == RefundState.PROPOSED
    may_withdraw = refund.maker_id == staff.user.pk and refund.state == RefundState.PROPOSED
    # Who proposed checks what was typed, too: nobody else can correct it.
    account, may_see = refund.bank_account, may_decide or may_transfer or may_withdraw
    if account and may_see:
        audit.record("view_bank_account", f"refund:{refund.pk}", actor=staff.user, agency=refund.agency)
    source = refund.payment or refund.discrepancy
    context = {
        "staff": staff,
        "refund": refund,
        "bill": source.bill if source else None,
        "remaining": source.remaining_amount if source else 0,
        "gateway_name": registry.name_of(refund.payment.gateway) if refund.payment else "",
        "missing_gateway": missing.named(refund.payment.gateway) if refund.payment else "",
        "bank_account": account if may_see else masked(account),
        "lacks_account": not account
        and destination.is_needed(refund.payment or destination.counter_payment(refund.discrepancy)),
        "may_give_account": staff.may_act(refund.agency_id) and destination.may_be_given(refund, staff.user),
        "account_form": DestinationForm(auto_id="id_account_%s"),
        "may_decide": may_decide,
        "may_reject": is_other and refund.state in REJECTABLE,
        "may_transfer": may_transfer,
        "may_withdraw": may_withdraw,
        "was_withdrawn": refund.state == RefundState.REJECTED and refund.checker_id is None,
        "is_maker": refund.maker_id == staff.user.pk,
        "steps": STEPS,
        "step": _REACHED.get(refund.state, 0),
        "next_step": NEXT_STEPS[RefundState(refund.state)],
        "reject_form": RejectForm(auto_id="id_reject_%s"),
        "transfer_form": TransferForm(auto_id="id_transfer_%s"),
    }
    return render(request, "payments/accounting/refund.html", context)


def masked(account: str) -> str:
    """Return a bank account of which only the last digits can be read."""
    digits = re.sub(r"\D", "", account)
    return f"•••• {digits[-4:]}" if len(digits) > 4 else "••••" if account else ""


@require_POST
@for_accountants
def give_account(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Say where a refund goes that was proposed without an account."""
    refund = staff.to_act_on(_one(staff, pk))
    form = DestinationForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    else:
        done = _("Đã ghi tài khoản nhận. Một người khác duyệt hoặc chuyển khoản.")
        attempt(request, lambda: refunds.give_account(refund, form.bank_account, actor=staff.user), done)
    return redirect("accounting-refund", pk=pk)


@require_POST
@for_accountants
@recently_proved
def approve(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Agree; the money then leaves by itself, or waits for a transfer."""
    refund = staff.to_act_on(_one(staff, pk))
    done = _("Đã duyệt. Hệ thống gửi lệnh hoàn sang ngân hàng, hoặc chờ chuyển khoản.")
    attempt(request, lambda: refunds.approve(refund, checker=staff.user), done)
    return redirect("accounting-refund", pk=pk)


@require_POST
@for_accountants
def reject(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Say no, with a reason; the amount is free again."""
    refund = staff.to_act_on(_one(staff, pk))
    form = RejectForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Ghi lý do không duyệt."))
    else:
        note = form.cleaned_data["note"]
        done = _("Đã ghi không duyệt. Số tiền được giữ lại trước đó nay lại hoàn được.")
        attempt(request, lambda: refunds.reject(refund, checker=staff.user, note=note), done)
    return redirect("accounting-refund", pk=pk)


@require_POST
@for_accountants
def withdraw(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Take back one's own proposal."""
    refund = staff.to_act_on(_one(staff, pk))
    done = _("Đã rút lại đề nghị. Số tiền nay lại hoàn được.")
    attempt(request, lambda: refunds.withdraw(refund, maker=staff.user), done)
    return redirect("accounting-refund", pk=pk)


@require_POST
@for_accountants
@recently_proved
def record_transfer(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Note under which number the bank transferred the money."""
    refund = staff.to_act_on(_one(staff, pk))
    form = TransferForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Ghi mã giao dịch mà ngân hàng trả cho lệnh chuyển khoản."))
    else:
        reference = form.cleaned_data["reference"]
        done = _("Đã ghi nhận chuyển khoản. Người nộp thấy tiền đã hoàn.")
        attempt(request, lambda: refunds.record_transfer(refund, reference=reference, actor=staff.user), done)
    return redirect("accounting-refund", pk=pk)
