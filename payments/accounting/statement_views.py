"""Bank statements: upload, preview, confirmation, row by row."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.background import wakeup
from core.values import money
from core.values.text import row_key
from gateways.base import GatewayMissing
from payments.errors import StatementRefused
from payments.exports.params import choice, page_of, words
from payments.merchants import missing
from payments.models import Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import RowState, StatementState
from payments.reconciliation import bulk_close, column_maps, foreign, previews, row_days
from payments.reconciliation import statements as files
from payments.reconciliation.fates import FateKind

from .access import AccountingStaff, for_accountants
from .error_messages import attempt, explain
from .forms import ColumnsForm, ReasonForm, UploadForm, account_name

logger = logging.getLogger(__name__)

#: A file below this many bytes is read while the accountant waits, a larger one by the worker.
READ_AT_ONCE = 2 * 1024 * 1024
#: Of the tabs: rows that still need somebody, whatever their state.
LEFT = "left"
#: Rows with a day to come, or from before the contract, that the question about them names.
SHOWN_ODD_DAYS = 5
#: Rows that seem to be another contract's, to be looked at one by one.
SHOWN_FOREIGN = 50
AT_WORK = (StatementState.LOADING, StatementState.APPLYING)


def _one(staff: AccountingStaff, pk: int) -> Statement:
    mine = Statement.objects.filter(merchant_account__agency__in=staff.sees)
    related = ("merchant_account__agency", "uploaded_by", "confirmed_by")
    return get_object_or_404(mine.select_related(*related), pk=pk)


@require_http_methods(["GET", "POST"])
@for_accountants
def statements(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Send a file in; see all that came before."""
    accounts = [account for account in staff.accounts() if staff.may_act(account.agency_id)]
    form = UploadForm(request.POST or None, request.FILES or None, accounts=accounts)
    if request.method == "POST" and form.is_valid():
        try:
            stored, is_new = files.take(form.cleaned_data["account"], form.cleaned_data["file"], by=staff.user)
        except StatementRefused as error:
            form.add_error("file", explain(error))
        else:
            if is_new:
                _read(request, stored)
            else:
                messages.info(request, _("Tệp này đã được tải lên trước đó; đây là lần tải ấy. Không có gì thay đổi."))
            return redirect("accounting-statement", pk=stored.pk)
    rows = Statement.objects.filter(merchant_account__agency__in=staff.sees)
    page = page_of(request, rows.select_related("merchant_account__agency", "uploaded_by"))
    named = [(statement, account_name(statement.merchant_account)) for statement in page]
    context = {"staff": staff, "form": form, "can_upload": bool(accounts), "page": page, "named": named}
    return render(request, "payments/accounting/statements.html", context)


def _read(request: HttpRequest, statement: Statement) -> None:
    if statement.size >= READ_AT_ONCE:
        wakeup.enqueue("payments.work_statements")
        return
    try:
        files.load(statement)
    except StatementRefused as error:
        messages.error(request, explain(error))
    except GatewayMissing:
        return  # the page says that the file waits, and for what
    except Exception:  # whatever happened, the file is stored: the worker tries again
        logger.exception("statement %s could not be read at once", statement.pk)


@require_GET
@for_accountants
def statement(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """One file: how far it is, what confirming would do, and its rows."""
    statement = _one(staff, pk)
    context: dict[str, object] = {
        "staff": staff,
        "statement": statement,
        "account_name": account_name(statement.merchant_account),
        "may_act": staff.may_act(statement.merchant_account.agency_id),
        "is_at_work": statement.state in AT_WORK,
        "missing_gateway": missing.named(statement.merchant_account.gateway),
    }
    if statement.state == StatementState.PREVIEW:
        context |= {"odd_days": row_days.odd(statement)[:SHOWN_ODD_DAYS], **_preview(request, statement)}
    elif statement.state not in (StatementState.LOADING, StatementState.REFUSED):
        context |= _rows(request, statement)
    if context["may_act"] and (heading := column_maps.heading_of(statement)):
        context["columns_form"] = ColumnsForm(heading=heading)
    if context["may_act"] and statement.state == StatementState.DONE:
        context["closable"] = bulk_close.offered(statement)
    return render(request, "payments/accounting/statement.html", context)


def _preview(request: HttpRequest, statement: Statement) -> dict[str, object]:
    """What confirming would do, to each row and in all, and whose the file seems to be."""
    preview = previews.of(statement)
    contract, number = foreign.whose(preview.foreign)
    text, kind = words(request.GET), choice(request.GET, "state", FateKind.values)
    rows = previews.rows_of(statement, preview, kind) if kind else statement.rows.all()
    page = page_of(request, _searched(rows, text))
    return {
        "page": page,
        "fates": previews.tell(statement, preview, page),
        "tabs": preview.tabs,
        "chosen": kind,
        "text": text,
        "row_total": statement.row_count,
        "preview": preview,
        "shown_foreign": preview.foreign[:SHOWN_FOREIGN],
        "other_contract": account_name(contract) if contract else "",
        "other_account": number,
    }


@require_POST
@for_accountants
def columns(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Keep what the columns of a refused file are, and read it again."""
    statement = _one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    heading = column_maps.heading_of(statement)
    form = ColumnsForm(request.POST, heading=heading) if heading else None
    if form is None:
        messages.info(request, _("Tệp này không có bảng nào để đặt tên cột."))
    elif not form.is_valid():
        for text in (str(error) for errors in form.errors.values() for error in errors):
            messages.error(request, text)
    else:
        column_maps.keep(statement.merchant_account, form.columns(), actor=staff.user)
        again = column_maps.take_again(statement, actor=staff.user)
        _read(request, again)
        return redirect("accounting-statement", pk=again.pk)
    return redirect("accounting-statement", pk=pk)


def _rows(request: HttpRequest, statement: Statement) -> dict[str, object]:
    text, state = words(request.GET), choice(request.GET, "state", (LEFT, *RowState.values))
    counts = dict(statement.rows.order_by().values_list("state").annotate(Count("id")))
    is_left = Q(state=RowState.NEW) | Q(discrepancy__isnull=False, discrepancy__closed_at=None)
    rows = statement.rows.select_related("discrepancy__bill", "event__bill", "proposed_bill")
    if state:
        rows = rows.filter(is_left if state == LEFT else Q(state=state))
    tabs = [(value, label, counts[value]) for value, label in RowState.choices if counts.get(value)]
    total, left = sum(counts.values()), statement.rows.filter(is_left).count()
    progress = {"row_total": total, "left": left, "settled": total - left}
    page = page_of(request, _searched(rows, text))
    return {"page": page, "tabs": tabs, "chosen": state, "text": text, **progress}


def _searched(rows: QuerySet[StatementRow], text: str) -> QuerySet[StatementRow]:
    if not text:
        return rows
    wanted = Q(gateway_ref__icontains=text) | Q(merchant_ref__icontains=text)
    amount = money.read(text)
    return rows.filter(wanted if amount is None else wanted | Q(amount=amount) | Q(amount=-amount))


@require_GET
@for_accountants
def progress(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """The part of the page that is asked for again while a file is at work."""
    statement = _one(staff, pk)
    return render(
        request,
        "payments/accounting/_progress.html",
        {"statement": statement, "is_at_work": statement.state in AT_WORK},
    )


@require_POST
@for_accountants
def confirm(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Let a file count."""
    statement = _one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    if not _is_waiting(request, statement) or not _knows_of_odd_days(request, statement):
        return redirect("accounting-statement", pk=pk)
    preview = previews.of(statement)
    if request.POST.get("seen", preview.seen) != preview.seen:
        messages.error(request, _("Sổ đã đổi từ lúc bạn xem trước. Đây là kết quả mới: xem lại rồi xác nhận."))
    elif (left_out := _left_out(request, preview)) is not None:
        files.confirm(statement, actor=staff.user, left_out=left_out)
        wakeup.enqueue("payments.work_statements")
        messages.success(request, _("Đã xác nhận. Hệ thống đang đối chiếu từng dòng."))
    return redirect("accounting-statement", pk=pk)


def _left_out(request: HttpRequest, preview: previews.Preview) -> list[int] | None:
    """Return the rows that are not to count; None where it cannot be confirmed so."""
    if not preview.foreign:
        return []
    if not preview.is_of_another:
        if request.POST.get("foreign") == "1":
            return []
        messages.error(request, _("Tệp có dòng của hợp đồng hay tài khoản khác. Xem các dòng ấy rồi đánh dấu đã xem."))
        return None
    kept = {row_key(text) for text in request.POST.getlist("keep")}
    left_out = [other.row.pk for other in preview.foreign if other.row.pk not in kept]
    if len(left_out) < len(preview.foreign):
        return left_out
    messages.error(
        request,
        _("Tệp này của hợp đồng hay tài khoản khác, không xác nhận được. Bỏ tệp rồi tải lên ở đúng hợp đồng."),
    )
    return None


@require_POST
@for_accountants
def close_cases(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Close the file's cases of one kind with one reason."""
    statement = _one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    form, kind = ReasonForm(request.POST), choice(request.POST, "kind", DiscrepancyKind.values)
    is_foreign = request.POST.get("foreign") == "1"
    if not form.is_valid() or not kind:
        messages.error(request, _("Chọn loại vụ việc và ghi lý do trước khi đóng."))
    else:
        reason = form.cleaned_data["reason"]
        attempt(
            request,
            lambda: bulk_close.close(statement, kind, actor=staff.user, resolution=reason, is_foreign=is_foreign),
            _("Đã đóng các vụ việc cùng loại của tệp này."),
        )
    return redirect("accounting-statement", pk=pk)


def _knows_of_odd_days(request: HttpRequest, statement: Statement) -> bool:
    if request.POST.get("odd_days") == "1" or not row_days.odd(statement).exists():
        return True
    messages.error(request, _("Tệp có dòng ở ngày khó có thể đúng. Xem các ngày ấy rồi đánh dấu đã xem."))
    return False


@require_POST
@for_accountants
def discard(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Throw a file away that was not confirmed."""
    statement = _one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    if _is_waiting(request, statement):
        files.discard(statement, actor=staff.user)
        messages.success(request, _("Đã bỏ tệp. Không dòng nào được ghi nhận."))
    return redirect("accounting-statement", pk=pk)


def _is_waiting(request: HttpRequest, statement: Statement) -> bool:
    if statement.state == StatementState.PREVIEW:
        return True
    messages.info(request, _("Tệp không còn chờ xác nhận: %(state)s.") % {"state": statement.get_state_display()})
    return False
