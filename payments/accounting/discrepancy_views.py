"""Discrepancies: list, owner, actions, closing."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.audit import record as audit
from agencies.reauthentication import recently_proved
from core.values.text import row_key
from payments import discrepancies, reallocation
from payments.accounting.refunds.views import propose_by_form
from payments.callbacks import dead_letters
from payments.exports.definitions import CASES
from payments.exports.definitions.discrepancies import HELD, due_at, mine, owners
from payments.exports.params import choice, page_of
from payments.models import Bill, ChargeClaim, Discrepancy
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationState
from payments.models.refunds import RefundReason
from payments.models.statements import RowState
from payments.reconciliation import bulk_close, codes, foreign, likely
from payments.refunds import destination
from payments.states import BillState

from .access import AccountingStaff, for_accountants, for_searchers
from .error_messages import attempt
from .forms import ReallocationForm, ReasonForm, RefundForm
from .list_toolbar import back_to, tools_of
from .statement_views import LEFT


def _one(staff: AccountingStaff, pk: int) -> Discrepancy:
    related = ("agency", "bill", "payment", "notification", "owner", "claim")
    return get_object_or_404(mine(staff).select_related(*related), pk=pk)


@require_http_methods(["GET", "POST"])
@for_searchers
def cases(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Cases of a kind, of an owner, of a bill; the oldest first."""
    if request.method == "POST":
        return back_to(CASES, CASES.query(request.POST))
    chosen = CASES.choose(staff, request.GET)
    page = page_of(request, CASES.rows(staff, chosen).select_related("bill", "owner", "agency", "claim"))
    context = {
        "staff": staff,
        "page": page,
        "kinds": [(HELD, _("Tiền đang giữ của người nộp")), *DiscrepancyKind.choices],
        "owners": [(str(user.pk), str(user)) for user in owners(staff) if user.pk != staff.user.pk],
        "chosen": chosen,
        "progress": _progress(staff),
        "tools": tools_of(request, staff, CASES, page.paginator.count),
        "now": timezone.now(),
    }
    for discrepancy in page:
        discrepancy.due_at = due_at(discrepancy)
    return render(request, "payments/accounting/cases.html", context)


def _progress(staff: AccountingStaff) -> dict[str, int]:
    """How far this month's cases are: the way to zero."""
    month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    is_of_month = Q(opened_at__gte=month) | Q(closed_at=None) | Q(closed_at__gte=month)
    of_month = mine(staff).filter(is_of_month).order_by()
    return of_month.aggregate(total=Count("pk"), done=Count("closed_at"))


@require_GET
@for_accountants
def case(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """The story of one case, and what can be done about it."""
    discrepancy = _one(staff, pk)
    return _page(request, staff, discrepancy, _blank_refund(discrepancy))


@require_GET
@for_accountants
def proof(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Show the picture a payer sent with a claim; each reading is on record."""
    discrepancy = _one(staff, pk)
    claim = ChargeClaim.objects.filter(discrepancy=discrepancy).exclude(proof="").first()
    name = claim.proof.name if claim else None
    if claim is None or not name or not claim.proof.storage.exists(name):
        raise Http404
    audit.record("read_proof", f"case:{pk}", actor=staff.user, agency=discrepancy.agency)
    return HttpResponse(claim.proof.read(), content_type="image/jpeg")


def _blank_refund(discrepancy: Discrepancy) -> RefundForm:
    remaining, reason = discrepancy.remaining_amount, RefundReason.SURPLUS
    needed = _needs_account(discrepancy)
    return RefundForm.blank(amount=remaining, remaining=remaining, reason=reason, needs_bank_account=needed)


def _needs_account(discrepancy: Discrepancy) -> bool:
    return destination.counter_payment(discrepancy) is None


def _page(
    request: HttpRequest,
    staff: AccountingStaff,
    discrepancy: Discrepancy,
    form: RefundForm,
    move_form: ReallocationForm | None = None,
) -> HttpResponse:
    notification = discrepancy.notification
    pending = discrepancies.pending_amount(discrepancy)
    context = {
        "staff": staff,
        "case": discrepancy,
        "form": form,
        "move_form": move_form or ReallocationForm.blank(discrepancy.remaining_amount),
        "moves": discrepancy.reallocations.select_related("maker", "checker").prefetch_related("bills"),
        "payer": reallocation.payer_of(discrepancy),
        "pending_amount": pending,
        "settled_amount": discrepancy.used_amount - pending,
        "close_form": ReasonForm(auto_id="id_close_%s"),
        "may_act": staff.may_act(discrepancy.agency_id),
        "due_at": due_at(discrepancy),
        "is_late": discrepancy.closed_at is None and timezone.now() > due_at(discrepancy),
        "text": notification.text if notification else "",
        "likely": likely.event_of(discrepancy),
        "elsewhere": None if discrepancy.closed_at else foreign.event_of_case(discrepancy),
        "proposed": _proposed(discrepancy) if staff.may_act(discrepancy.agency_id) else None,
        "claim": getattr(discrepancy, "claim", None),
        "rows": discrepancy.rows.select_related("statement")[:20],
        "refunds": discrepancy.refunds.select_related("maker", "checker"),
        "events": discrepancy.bill.events.select_related("actor").order_by("-id")[:50] if discrepancy.bill else (),
    }
    return render(request, "payments/accounting/case.html", context)


@require_POST
@for_accountants
def take_over(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Become responsible for a case."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    if discrepancy.closed_at:
        messages.info(request, _("Vụ việc đã đóng; không cần ai phụ trách nữa."))
    else:
        discrepancies.assign(discrepancy, staff.user, actor=staff.user)
        messages.success(request, _("Bạn đang phụ trách vụ việc này."))
    return redirect("accounting-case", pk=pk)


@require_POST
@for_accountants
def propose_refund(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Propose to give back what a case holds; another person approves."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    form = RefundForm(request.POST, needs_bank_account=_needs_account(discrepancy))
    if not form.is_valid():
        return _page(request, staff, discrepancy, form)
    propose_by_form(request, staff, form, discrepancy)
    return redirect("accounting-case", pk=pk)


@require_POST
@for_accountants
def propose_reallocation(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Propose to move what a case holds to the bills it was meant for; another person approves."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    form = ReallocationForm(request.POST, auto_id="id_move_%s")
    if not form.is_valid():
        return _page(request, staff, discrepancy, _blank_refund(discrepancy), form)
    given = form.cleaned_data
    wish = reallocation.ReallocationRequest(
        given["references"],
        given["remaining"],
        given["why"],
        f"page:{staff.user.pk}:{given['key']}",
        other_payer=given["other_payer"],
    )
    done = _("Đã đề nghị chuyển tiền. Một người khác phải duyệt.")
    if attempt(request, lambda: reallocation.propose(discrepancy, wish, maker=staff.user), done):
        return redirect("accounting-case", pk=pk)
    # What was typed stays: a name that differs only needs one word more.
    return _page(request, staff, _one(staff, pk), _blank_refund(discrepancy), form)


@require_POST
@for_accountants
def accept(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Propose to move the money to the bill that the matching proposed, in one step; another person approves."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    bill = _proposed(discrepancy)
    if bill is None:
        messages.info(request, _("Đề xuất này không còn: khoản đã đổi trạng thái hoặc đã có người đề nghị."))
    else:
        note = _("Mã của khoản có trong nội dung chuyển khoản, số tiền vừa đúng.")
        wish = reallocation.ReallocationRequest(
            [bill.reference], discrepancy.remaining_amount, note, f"accept:{bill.pk}"
        )
        done = _("Đã đề nghị chuyển vào %(reference)s. Một người khác phải duyệt.") % {"reference": bill.reference}
        attempt(request, lambda: reallocation.propose(discrepancy, wish, maker=staff.user), done)
    row = discrepancy.rows.filter(pk=row_key(request.POST.get("row", ""))).first()
    if row is None:
        return redirect("accounting-case", pk=pk)
    state = choice(request.POST, "state", (LEFT, *RowState.values))
    page = reverse("accounting-statement", args=[row.statement_id])
    return redirect(f"{page}{f'?state={state}' if state else ''}#row-{row.pk}")


def _proposed(discrepancy: Discrepancy) -> Bill | None:
    """Return the bill that the text of a transfer names, while all the money is there and all of the bill is owed."""
    if discrepancy.closed_at or not discrepancy.remaining_amount:
        return None
    row = discrepancy.rows.filter(proposed_bill__state=BillState.OPEN).select_related("proposed_bill").first()
    bill = row.proposed_bill if row else _named_by(discrepancy)
    return bill if bill and bill.amount == discrepancy.remaining_amount else None


def _named_by(discrepancy: Discrepancy) -> Bill | None:
    """Look for our codes in what a bank's notification says of a transfer that names no payment of ours."""
    notification = discrepancy.notification
    if notification is None or discrepancy.kind != DiscrepancyKind.UNKNOWN_REFERENCE:
        return None
    text = f"{notification.merchant_ref} {notification.text}"
    return codes.propose(text, discrepancy.remaining_amount, notification.merchant_account)


@require_POST
@for_accountants
@recently_proved
def decide_likeness(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Say whether a line of a statement is the booked transaction it looks like."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    if request.POST.get("answer") == "same":
        attempt(request, lambda: likely.same(discrepancy, actor=staff.user), _("Đã khớp với giao dịch đã ghi."))
    else:
        attempt(request, lambda: likely.another(discrepancy, actor=staff.user), _("Đã ghi nhận là giao dịch khác."))
    return redirect("accounting-case", pk=pk)


@require_POST
@for_accountants
@recently_proved
def decide_reallocation(request: HttpRequest, staff: AccountingStaff, pk: int, move: int) -> HttpResponse:
    """Approve a move, or not."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    wanted = get_object_or_404(discrepancy.reallocations, pk=move)
    if request.POST.get("answer") == "approve":
        done = _("Đã chuyển tiền, các khoản đã được ghi nhận đã nộp.")
        attempt(request, lambda: reallocation.approve(wanted, checker=staff.user), done)
    else:
        attempt(request, lambda: reallocation.reject(wanted, checker=staff.user), _("Đã từ chối chuyển tiền."))
    return redirect("accounting-case", pk=pk)


@require_POST
@for_accountants
def retry(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Try again what could not be done with a notification of the bank."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    notification = discrepancy.notification
    if notification is None or notification.state != NotificationState.QUARANTINED:
        messages.info(request, _("Thông báo này không chờ xử lý lại."))
    elif dead_letters.retry_at_once(notification, actor=staff.user):
        messages.success(request, _("Đã xử lý được thông báo của ngân hàng."))
    else:
        messages.error(
            request, _("Vẫn chưa xử lý được. Hệ thống thử thêm vài lần; vẫn không được thì báo quản trị tỉnh.")
        )
    return redirect("accounting-case", pk=pk)


@require_POST
@for_accountants
def close(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Close a case with a reason."""
    discrepancy = staff.to_act_on(_one(staff, pk))
    form = ReasonForm(request.POST)
    if discrepancy.closed_at:
        messages.info(request, _("Vụ việc này đã được đóng trước đó."))
    elif not form.is_valid():
        messages.error(request, _("Ghi kết quả xử lý trước khi đóng vụ việc."))
    else:
        reason = form.cleaned_data["reason"]
        is_foreign = request.POST.get("foreign") == "1"
        verb = lambda: bulk_close.close_one(discrepancy, actor=staff.user, resolution=reason, is_foreign=is_foreign)  # noqa: E731
        attempt(request, verb, _("Đã đóng vụ việc."))
    return redirect("accounting-case", pk=pk)
