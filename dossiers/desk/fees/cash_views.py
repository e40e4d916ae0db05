"""Cash and cards at the desk (payments/cash_desk/collect.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.values.money import dong_for_reader
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.desk.customer_display import views
from dossiers.desk.forms import TakingForm
from dossiers.models import Dossier
from payments.accounting.error_messages import explain
from payments.cash_desk import collect as cash_desk
from payments.errors import InvalidBill, PaymentMayBeUnderWay, PaymentsError, TerminalReferenceUsed
from payments.models import Payment
from payments.models.cash_desk import Tender

#: Nobody hands over a whole note more than is owed, whole đồng: the number was mistyped.
LARGEST_NOTE = 500_000


@require_POST
@for_staff
def take(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Take money for one bill of a dossier, and say what to give back.

    It cannot be undone at the desk, so the cashier sees the figures once more and confirms. While somebody may be
    paying online, or money came that is not settled, that page says so, and its first button leads back.
    """
    dossier = staff.dossier(code)
    if dossier.agency_id not in staff.takes_money_for:
        raise PermissionDenied
    form = TakingForm(request.POST)
    status = 422
    reasons: Sequence[str] = ()
    if form.is_valid():
        bill = next((bill for bill in dossier.bills.all() if bill.pk == form.cleaned_data["bill"]), None)
        if bill is None:
            raise Http404
        data = form.cleaned_data
        owed = cash_desk.amount_to_take(bill)
        change = data["received"] - owed if data["tender"] == Tender.CASH else 0
        taking = cash_desk.Taking(data["tender"], data["received"], data["terminal_ref"])
        try:
            if change >= LARGEST_NOTE and not data["despite_open"]:
                text = _("Khách đưa %(given)s cho khoản %(amount)s: xem lại số vừa gõ.")
                amounts = {"given": dong_for_reader(data["received"]), "amount": dong_for_reader(owed)}
                raise PaymentMayBeUnderWay(bill.reference, [text % amounts])
            if not (data["confirmed"] or data["despite_open"]):
                cash_desk.may_take(bill, taking, cashier=staff.user)
                return _confirm(request, staff, dossier, data, owed=owed, change=change)
            cash_desk.take(bill, taking, cashier=staff.user, despite_open=data["despite_open"])
        except PaymentMayBeUnderWay as error:
            form = TakingForm(initial={**data, "despite_open": True})
            reasons, status = error.reasons, 409
        except InvalidBill:
            form.add_error("received", _("Ít hơn số phải nộp %(amount)s.") % {"amount": dong_for_reader(owed)})
        except PaymentsError as error:
            if cash_desk.just_taken(bill, taking, cashier=staff.user):
                return _taken(request, dossier, taking, owed=owed, change=change)  # the button was pressed twice
            if not isinstance(error, TerminalReferenceUsed):
                messages.error(request, explain(error))
                return redirect("desk-dossier", code=code)
            form.add_error("terminal_ref", _used_for(error.payment, staff))
        else:
            return _taken(request, dossier, taking, owed=owed, change=change)
    context = {"staff": staff, "dossier": dossier, "form": form, "reasons": reasons}
    return render(request, "dossiers/desk/taking.html", context, status=status)


def _taken(request: HttpRequest, dossier: Dossier, taking: cash_desk.Taking, *, owed: int, change: int) -> HttpResponse:
    """Say what was taken and what to give back."""
    is_cash = taking.tender == Tender.CASH
    text = _("Đã thu %(amount)s. Trả lại khách %(change)s.") if is_cash else _("Đã thu %(amount)s bằng thẻ.")
    amounts = {"amount": dong_for_reader(owed), "change": dong_for_reader(change)}
    messages.success(request, text % amounts, extra_tags="taken")
    views.publish_change(request)
    return redirect("desk-dossier", code=dossier.code)


def _used_for(payment: Payment, staff: DeskStaff) -> str:
    """Say for which dossier a terminal's reference stands, and when, to who may see that dossier."""
    if payment.bill.agency_id not in staff.sees:
        return _("Số này đã dùng cho một lần thu ở cơ quan khác. Xem lại số trên biên lai của máy POS.")
    said = {
        "code": payment.bill.reference,
        "time": date_format(timezone.localtime(payment.created_at), "H:i d/m"),
    }
    return _("Số này đã dùng cho %(code)s lúc %(time)s. Xem lại số trên biên lai của máy POS.") % said


def _confirm(
    request: HttpRequest, staff: DeskStaff, dossier: Dossier, data: dict[str, Any], *, owed: int, change: int
) -> HttpResponse:
    """Show the figures once more, before the receipt that only an accountant can cancel."""
    form = TakingForm(initial={**data, "confirmed": True})
    for field in form.fields.values():
        field.widget = forms.HiddenInput()
    context = {"staff": staff, "dossier": dossier, "form": form, "owed": owed, "change": change}
    return render(request, "dossiers/desk/taking_confirmed.html", context | data)
