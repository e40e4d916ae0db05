"""Cash shifts: opened with an amount, counted blind, closed."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.values.money import dong_for_reader
from payments.cash_desk import collect as cash_desk
from payments.errors import InvalidBill, PaymentsError
from payments.exports.params import choice, page_of
from payments.models import CashShift

from .access import AccountingStaff, for_cashiers
from .error_messages import attempt, explain
from .forms import CloseShiftForm, OpenShiftForm


@require_GET
@for_cashiers
def shifts(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """My own drawer, and all that I may see."""
    return _page(request, staff)


def _page(
    request: HttpRequest,
    staff: AccountingStaff,
    *,
    open_form: OpenShiftForm | None = None,
    close_form: CloseShiftForm | None = None,
) -> HttpResponse:
    only = choice(request.GET, "only", ("open", "different"))
    rows = CashShift.objects.filter(Q(agency__in=staff.sees) | Q(cashier=staff.user))
    if only == "open":
        rows = rows.filter(closed_at=None)
    elif only == "different":
        rows = rows.exclude(closed_at=None).exclude(counted_amount=F("expected_amount"))
    context = {
        "staff": staff,
        "page": page_of(request, rows.select_related("cashier", "agency")),
        "only": only,
        "mine": CashShift.objects.filter(cashier=staff.user, closed_at=None).select_related("agency").first(),
        "open_form": open_form or OpenShiftForm(agencies=staff.counts_for),
        "close_form": close_form or CloseShiftForm(),
    }
    return render(request, "payments/accounting/shifts.html", context)


@require_POST
@for_cashiers
def open_shift(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Open my drawer."""
    form = OpenShiftForm(request.POST, agencies=staff.counts_for)
    if not form.is_valid():
        return _page(request, staff, open_form=form)
    agency, amount = form.cleaned_data["agency"], form.cleaned_data["opening_amount"]
    attempt(request, lambda: cash_desk.open_shift(staff.user, agency, opening_amount=amount), _("Ca đang mở."))
    return redirect("accounting-shifts")


@require_POST
@for_cashiers
def close_shift(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Count and close my drawer; what differs must be explained."""
    shift = get_object_or_404(CashShift, pk=pk, cashier=staff.user)
    form = CloseShiftForm(request.POST)
    if not form.is_valid():
        return _page(request, staff, close_form=form)
    counted, note = form.cleaned_data["counted_amount"], form.cleaned_data["note"]
    try:
        cash_desk.close_shift(shift, counted_amount=counted, note=note)
    except InvalidBill:
        # The count is blind: whoever is told what should be there counts until it is.
        why = _("Số đếm được %(counted)s không khớp sổ. Đếm lại; nếu vẫn vậy, ghi vì sao lệch.")
        form.add_error("note", why % {"counted": dong_for_reader(counted)})
        return _page(request, staff, close_form=form)
    except PaymentsError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("Đã đóng ca, số tiền đã đếm được ghi lại."))
    return redirect("accounting-shifts")
