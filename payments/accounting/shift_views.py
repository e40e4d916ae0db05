"""Cash shifts: opened with an amount, counted blind, closed."""

from __future__ import annotations

import re

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agencies.audit import record as audit
from core.values.money import dong_for_reader
from payments.cash_desk import collect as cash_desk
from payments.errors import InvalidBill, PaymentsError
from payments.exports.params import choice, page_of
from payments.models import CashShift, CounterPayment

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
    # Of a drawer that is open nobody is told before it is counted what should be in it.
    chosen = request.GET.get("ca", "")
    shift = rows.exclude(closed_at=None).filter(pk=int(chosen)).first() if re.fullmatch(r"\d{1,15}", chosen) else None
    context = {
        "staff": staff,
        "came_from": _came_from(request),
        "shift": shift,
        "taken": _taken(shift) if shift else (),
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
    return redirect(_came_from(request) or "accounting-shifts")


def _came_from(request: HttpRequest) -> str:
    """Return the page of the desk on which a drawer was missed, "" where somebody came otherwise."""
    path = (request.POST if request.method == "POST" else request.GET).get("tu", "")
    return path if re.fullmatch(r"/quay/[A-Z0-9.\-]{1,40}/", path) else ""


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
        difference = cash_desk.count(shift, counted_amount=counted, note=note)
        if difference and form.cleaned_data["seen"] != difference:
            return _look_again(request, staff, shift, form, difference)
        cash_desk.close_shift(shift, counted_amount=counted, note=note)
    except InvalidBill:
        # The count is blind: whoever is told what should be there counts until it is.
        why = _("Số đếm được %(counted)s không khớp sổ. Đếm lại; nếu vẫn vậy, ghi vì sao lệch.")
        form.add_error("note", why % {"counted": dong_for_reader(counted)})
        return _page(request, staff, close_form=form)
    except PaymentsError as error:
        messages.error(request, explain(error))
    else:
        if difference:
            text = _("Đã đóng ca với chênh lệch %(amount)s, kèm giải thích.")
            messages.warning(request, text % {"amount": dong_for_reader(difference)})
        else:
            messages.success(request, _("Đã đóng ca, số tiền đã đếm được ghi lại."))
    return redirect("accounting-shifts")


def _look_again(
    request: HttpRequest, staff: AccountingStaff, shift: CashShift, form: CloseShiftForm, difference: int
) -> HttpResponse:
    """Name the difference, and what the shift took, before it is final: the first count is on record by then."""
    counted, note = form.cleaned_data["counted_amount"], form.cleaned_data["note"]
    audit.record("shift_counted", f"shift:{shift.pk}", actor=staff.user, agency=shift.agency, difference=difference)
    again = CloseShiftForm(initial={"counted_amount": counted, "note": note, "seen": difference})
    context = {
        "staff": staff,
        "shift": shift,
        "form": again,
        "counted": counted,
        "expected": counted - difference,
        "difference": difference,
        "taken": _taken(shift),
    }
    return render(request, "payments/accounting/shift_differs.html", context)


def _taken(shift: CashShift) -> QuerySet[CounterPayment]:
    """What a shift took, in cash and by card, in the order it was taken."""
    return shift.payments.select_related("payment__bill").order_by("pk")
