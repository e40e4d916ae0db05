"""What becomes of a previewed statement: sent to a second person, confirmed, thrown away, the bank asked instead."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agencies.reauthentication import recently_proved
from core.background import wakeup
from core.values.text import row_key
from payments.models import Statement
from payments.models.statements import StatementState
from payments.reconciliation import confirmation, previews, row_days
from payments.reconciliation import statements as files

from .access import AccountingStaff, for_accountants
from .error_messages import attempt
from .statement_views import one


@require_GET
@for_accountants
def file(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponseBase:
    """The file as it was sent in, to be held against what the bank shows; each reading is on record."""
    statement = one(staff, pk)
    if not statement.file or not statement.file.storage.exists(statement.file.name or ""):
        raise Http404
    files.record("statement_download", statement, staff.user)
    answer = FileResponse(statement.file.open("rb"), as_attachment=True, filename=statement.file_name)
    answer["Content-Type"] = "application/octet-stream"
    return answer


@require_POST
@for_accountants
def propose(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Send one's own previewed file to a second person."""
    statement = one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    if not _is_waiting(request, statement, StatementState.PREVIEW) or not _knows_of_odd_days(request, statement):
        return redirect("accounting-statement", pk=pk)
    preview = previews.of(statement)
    if _has_seen(request, preview) and (left_out := _left_out(request, preview)) is not None:
        attempt(
            request,
            lambda: confirmation.propose(statement, actor=staff.user, left_out=left_out),
            _("Đã gửi. Một kế toán khác của cơ quan xem lại và xác nhận; trước đó chưa gì được ghi nhận."),
        )
    return redirect("accounting-statement", pk=pk)


@require_POST
@for_accountants
@recently_proved
def confirm(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Let a file count: a second person confirms what was sent to them; a file that is known needs none."""
    statement = one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    if not _is_waiting(request, statement) or not _knows_of_odd_days(request, statement):
        return redirect("accounting-statement", pk=pk)
    preview = previews.of(statement)
    done = _("Đã xác nhận. Hệ thống đang đối chiếu từng dòng.")
    is_confirmed = False
    if not _has_seen(request, preview):
        pass
    elif preview.is_known:
        is_confirmed = attempt(request, lambda: confirmation.match_known(statement, actor=staff.user), done)
    elif statement.state != StatementState.PROPOSED:
        messages.error(request, _("Tệp có dòng chưa có trong sổ: gửi một kế toán khác xác nhận."))
    elif _has_seen_foreign(request, preview):
        is_confirmed = attempt(request, lambda: confirmation.countersign(statement, actor=staff.user), done)
    if is_confirmed:
        wakeup.enqueue("payments.work_statements")
    return redirect("accounting-statement", pk=pk)


@require_POST
@for_accountants
def ask_bank(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Let the bank answer for the rows that would settle something: what it says needs no second person."""
    statement = one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    if not _is_waiting(request, statement):
        return redirect("accounting-statement", pk=pk)
    payments = confirmation.payments_to_ask(statement, previews.of(statement))
    if not payments:
        messages.info(request, _("Không có dòng nào mà ngân hàng trả lời được."))
    else:
        counts = {"total": len(payments), "paid": confirmation.ask_bank(payments)}
        wakeup.enqueue("payments.query_open_payments")
        messages.success(request, _("Đã hỏi ngân hàng về %(total)s khoản: đã nhận %(paid)s.") % counts)
    return redirect("accounting-statement", pk=pk)


@require_POST
@for_accountants
def discard(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Throw a file away that was not confirmed: the uploader takes it back, a second person says no."""
    statement = one(staff, pk)
    staff.must_act(statement.merchant_account.agency_id)
    if _is_waiting(request, statement):
        confirmation.discard(statement, actor=staff.user)
        messages.success(request, _("Đã bỏ tệp. Không dòng nào được ghi nhận."))
    return redirect("accounting-statement", pk=pk)


def _is_waiting(request: HttpRequest, statement: Statement, *states: StatementState) -> bool:
    if statement.state in (states or confirmation.WAITING):
        return True
    messages.info(request, _("Tệp không còn chờ xác nhận: %(state)s.") % {"state": statement.get_state_display()})
    return False


def _knows_of_odd_days(request: HttpRequest, statement: Statement) -> bool:
    if request.POST.get("odd_days") == "1" or not row_days.odd(statement).exists():
        return True
    messages.error(request, _("Tệp có dòng ở ngày khó có thể đúng. Xem các ngày ấy rồi đánh dấu đã xem."))
    return False


def _has_seen(request: HttpRequest, preview: previews.Preview) -> bool:
    if request.POST.get("seen", preview.seen) == preview.seen:
        return True
    messages.error(request, _("Sổ đã đổi từ lúc bạn xem trước. Đây là kết quả mới: xem lại rồi xác nhận."))
    return False


def _has_seen_foreign(request: HttpRequest, preview: previews.Preview) -> bool:
    if not preview.foreign or request.POST.get("foreign") == "1":
        return True
    messages.error(request, _("Tệp có dòng của hợp đồng hay tài khoản khác. Xem các dòng ấy rồi đánh dấu đã xem."))
    return False


def _left_out(request: HttpRequest, preview: previews.Preview) -> list[int] | None:
    """Return the rows that are not to count; None where it cannot be confirmed so."""
    if not preview.is_of_another:
        return [] if _has_seen_foreign(request, preview) else None
    kept = {row_key(text) for text in request.POST.getlist("keep")}
    left_out = [other.row.pk for other in preview.foreign if other.row.pk not in kept]
    if len(left_out) < len(preview.foreign):
        return left_out
    messages.error(
        request,
        _("Tệp này của hợp đồng hay tài khoản khác, không xác nhận được. Bỏ tệp rồi tải lên ở đúng hợp đồng."),
    )
    return None
