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
from gateways.base import GatewayMissing
from payments.errors import StatementRefused
from payments.exports.params import choice, page_of, words
from payments.merchants import missing
from payments.models import Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import RowState, StatementState
from payments.reconciliation import bulk_close, column_maps, confirmation, foreign, previews, row_days
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


def one(staff: AccountingStaff, pk: int) -> Statement:
    """Return a file of an agency they see, or 404."""
    mine = Statement.objects.filter(merchant_account__agency__in=staff.sees)
    related = ("merchant_account__agency", "uploaded_by", "confirmed_by")
    return get_object_or_404(mine.select_related(*related), pk=pk)


def to_confirm(staff: AccountingStaff) -> QuerySet[Statement]:
    """Return the files that colleagues sent on and somebody like them may confirm."""
    proposed = Statement.objects.filter(state=StatementState.PROPOSED, merchant_account__agency__in=staff.acts_for)
    return proposed.filter(Q(uploaded_by=None) | ~Q(uploaded_by=staff.user))


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
    waiting, chosen = to_confirm(staff), choice(request.GET, "state", (StatementState.PROPOSED,))
    rows = waiting if chosen else Statement.objects.filter(merchant_account__agency__in=staff.sees)
    page = page_of(request, rows.select_related("merchant_account__agency", "uploaded_by"))
    named = [(statement, account_name(statement.merchant_account)) for statement in page]
    context = {
        "staff": staff,
        "form": form,
        "can_upload": bool(accounts),
        "page": page,
        "named": named,
        "chosen": chosen,
        "waiting_count": waiting.count(),
    }
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
    statement = one(staff, pk)
    context: dict[str, object] = {
        "staff": staff,
        "statement": statement,
        "account_name": account_name(statement.merchant_account),
        "may_act": staff.may_act(statement.merchant_account.agency_id),
        "is_at_work": statement.state in AT_WORK,
        "has_file": bool(statement.file and statement.file.storage.exists(statement.file.name or "")),
        "missing_gateway": missing.named(statement.merchant_account.gateway),
    }
    if statement.state in confirmation.WAITING:
        preview = previews.of(statement)
        context |= {"odd_days": row_days.odd(statement)[:SHOWN_ODD_DAYS], **_preview(request, statement, preview)}
        context |= _decision(staff, statement, preview)
    elif statement.state not in (StatementState.LOADING, StatementState.REFUSED):
        context |= _rows(request, statement)
    if context["may_act"] and (heading := column_maps.heading_of(statement)):
        context["columns_form"] = ColumnsForm(heading=heading)
    if context["may_act"] and statement.state == StatementState.DONE:
        context["closable"] = bulk_close.offered(statement)
    return render(request, "payments/accounting/statement.html", context)


def _decision(staff: AccountingStaff, statement: Statement, preview: previews.Preview) -> dict[str, object]:
    """What comes next and whose it is: the uploader sends a file on, somebody else confirms it."""
    is_uploader = statement.uploaded_by_id == staff.user.pk
    is_proposed = statement.state == StatementState.PROPOSED
    decision = ""
    if preview.is_known or (is_proposed and not is_uploader):
        decision = "confirm"
    elif not is_proposed and (is_uploader or statement.uploaded_by_id is None):
        decision = "propose"
    picks_rows = preview.is_of_another and decision == "propose"
    return {"decision": decision, "is_proposed": is_proposed, "is_uploader": is_uploader, "picks_rows": picks_rows}


def _preview(request: HttpRequest, statement: Statement, preview: previews.Preview) -> dict[str, object]:
    """What confirming would do, to each row and in all, and whose the file seems to be."""
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
        "asked_count": len(confirmation.payments_to_ask(statement, preview)),
        "shown_foreign": preview.foreign[:SHOWN_FOREIGN],
        "other_contract": account_name(contract) if contract else "",
        "other_account": number,
    }


@require_POST
@for_accountants
def columns(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Keep what the columns of a refused file are, and read it again."""
    statement = one(staff, pk)
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
    statement = one(staff, pk)
    return render(
        request,
        "payments/accounting/_progress.html",
        {"statement": statement, "is_at_work": statement.state in AT_WORK},
    )


@require_POST
@for_accountants
def close_cases(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Close the file's cases of one kind with one reason."""
    statement = one(staff, pk)
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
