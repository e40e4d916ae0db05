"""A day of one account: both totals, the explanation of the difference, closing."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from agencies.reauthentication import recently_proved
from core.background import wakeup
from gateways import internal
from payments.exports.params import page_of
from payments.models import ClosedDay, LedgerEvent, MerchantAccount
from payments.reconciliation import daily_totals
from payments.states import MONEY_IN

from .access import AccountingStaff, for_accountants
from .error_messages import attempt
from .forms import ReasonForm, account_name

#: Days further back than this that nobody closed are not looked for.
LOOKED_BACK = 45
REASONS = {
    "not_in_statement": gettext_lazy("Sổ có, sao kê không có"),
    "amount_differs": gettext_lazy("Sao kê khác số tiền đã ghi sổ"),
    "not_booked": gettext_lazy("Sao kê có, sổ không có"),
    "other_day": gettext_lazy("Hai bên ghi vào hai ngày khác nhau"),
}


def _one(staff: AccountingStaff, account: int, day: str) -> tuple[MerchantAccount, date]:
    mine = MerchantAccount.objects.filter(agency__in=staff.sees).exclude(gateway__in=internal.SLUGS)
    merchant_account = get_object_or_404(mine.select_related("agency"), pk=account)
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    if not 2000 <= on.year <= 2100:
        raise Http404
    return merchant_account, on


def _earlier_open(merchant_account: MerchantAccount, on: date) -> list[date]:
    """Return the days before this one that have money in our books and nobody closed, the oldest first."""
    closed = ClosedDay.objects.filter(merchant_account=merchant_account).values("day")
    span = (on - timedelta(days=LOOKED_BACK), on - timedelta(days=1))
    booked = LedgerEvent.objects.filter(merchant_account=merchant_account, value_date__range=span, kind__in=MONEY_IN)
    days = booked.exclude(value_date__in=closed).order_by("value_date").values_list("value_date", flat=True).distinct()
    return [day for day in days if day]


@require_GET
@for_accountants
def day(request: HttpRequest, staff: AccountingStaff, account: int, day: str) -> HttpResponse:
    """Both sides of a day; the listed differences add up to the difference."""
    merchant_account, on = _one(staff, account, day)
    figures = daily_totals.figures(merchant_account, on)
    page = page_of(request, figures.differences)
    missing = [d for d in figures.differences if d.kind == "not_in_statement" and not d.is_explained]
    context = {
        "staff": staff,
        "account": merchant_account,
        "account_name": account_name(merchant_account),
        "figures": figures,
        "page": page,
        "differences": [(difference, REASONS[difference.kind]) for difference in page],
        "missing_count": len(missing),
        "elsewhere": daily_totals.through_others(staff.sees, on, on),
        "may_act": staff.may_act(merchant_account.agency_id),
        "is_over": on < timezone.localdate(),
        "earlier_open": _earlier_open(merchant_account, on),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
    }
    return render(request, "payments/accounting/day.html", context)


@require_POST
@for_accountants
def open_cases(request: HttpRequest, staff: AccountingStaff, account: int, day: str) -> HttpResponse:
    """Give all money that no statement has a discrepancy."""
    merchant_account, on = _one(staff, account, day)
    staff.must_act(merchant_account.agency_id)
    if on >= timezone.localdate():
        messages.error(request, _("Ngày này chưa hết: sao kê còn có thể đến. Mở vụ việc từ ngày mai."))
        return redirect("accounting-day", account, day)
    opened = daily_totals.open_missing_cases(merchant_account, on)
    messages.success(request, _("Đã mở %(count)s vụ việc.") % {"count": opened})
    return redirect("accounting-day", account, day)


@require_POST
@for_accountants
@recently_proved
def close(request: HttpRequest, staff: AccountingStaff, account: int, day: str) -> HttpResponse:
    """Lock the day; past days that are still open only when whoever locks has said so."""
    merchant_account, on = _one(staff, account, day)
    staff.must_act(merchant_account.agency_id)
    if "leave" not in request.POST and _earlier_open(merchant_account, on):
        messages.error(
            request, _("Còn ngày trước chưa khóa sổ: khóa các ngày đó trước, hoặc đánh dấu vẫn khóa ngày này.")
        )
        return redirect("accounting-day", account, day)
    done = _("Đã khóa sổ ngày %(day)s.") % {"day": f"{on:%d/%m/%Y}"}
    attempt(request, lambda: daily_totals.close(merchant_account, on, actor=staff.user), done)
    return redirect("accounting-day", account, day)


@require_POST
@for_accountants
@recently_proved
def reopen(request: HttpRequest, staff: AccountingStaff, account: int, day: str) -> HttpResponse:
    """Unlock the day: the province's administrators only, and never without a reason."""
    merchant_account, on = _one(staff, account, day)
    if not staff.may_reopen:
        raise PermissionDenied
    form = ReasonForm(request.POST)
    closed = (
        ClosedDay.objects.filter(merchant_account=merchant_account, day=on)
        .select_related("merchant_account__agency")
        .first()
    )
    if not form.is_valid():
        messages.error(request, _("Ghi lý do mở lại ngày này."))
    elif closed is None:
        messages.info(request, _("Ngày này đang mở."))
    else:
        daily_totals.reopen(closed, actor=staff.user, reason=form.cleaned_data["reason"])
        wakeup.enqueue("payments.work_statements")  # rows may have waited for this day
        messages.success(
            request, _("Đã mở lại ngày %(day)s. Lý do được lưu trong nhật ký.") % {"day": f"{on:%d/%m/%Y}"}
        )
    return redirect("accounting-day", account, day)
