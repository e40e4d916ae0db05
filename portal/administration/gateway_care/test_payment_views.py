"""Pages of a test payment: start it, watch it live, refund it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from agencies.reauthentication import must_be_proved
from core import browser_rights, live
from core.http import client_ip
from gateways import internal, registry
from payments import test_payments
from payments.accounting.forms import DongField
from payments.bills import create as bills
from payments.callbacks.views import SESSION_PAYMENT
from payments.errors import BillHasMoney, BillNotPayable, GatewayNotOffered, PaymentNotStarted
from payments.models import MerchantAccount, TestPayment

from .views import RIGHT

MOST_SHOWN = 20


class TestPaymentForm(forms.Form):
    """How much, and for which agency; its own when the field is left as it is."""

    agency = forms.CharField(label=gettext_lazy("Mã cơ quan"), max_length=20)
    amount = DongField(label=gettext_lazy("Số tiền (đồng)"), max_value=test_payments.LARGEST_AMOUNT)

    def __init__(self, data: Any = None, *, account: MerchantAccount, agency: str = "") -> None:
        smallest = test_payments.smallest_amount(account)
        amount_now = max(smallest, test_payments.DEFAULT_AMOUNT)
        super().__init__(data, initial={"agency": agency or account.agency.code, "amount": amount_now})
        amount: Any = self.fields["amount"]
        amount.min_value = smallest
        amount.widget.attrs["min"] = smallest

    def clean_amount(self) -> int:
        """Refuse what the gateway would."""
        amount, smallest = int(self.cleaned_data["amount"]), self.fields["amount"].min_value  # type: ignore[attr-defined]
        if amount < smallest:
            raise forms.ValidationError(_("Cổng này nhận từ %(least)s đồng.") % {"least": smallest})
        return amount

    def clean_agency(self) -> Agency:
        """Accept an agency of today."""
        code = self.cleaned_data["agency"].strip()
        agency = Agency.objects.existing_on(timezone.localdate()).filter(code=code).first()
        if agency is None:
            raise forms.ValidationError(_("Không có cơ quan này hôm nay."))
        return agency


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, account: int) -> HttpResponse:
    """Ask how much and for whom (`?co-quan=` its code), make the bill and start the attempt; earlier ones below."""
    _may(request, "change")
    contracts = MerchantAccount.objects.exclude(gateway__in=internal.SLUGS).select_related("agency")
    contract = get_object_or_404(contracts, pk=account)
    form = TestPaymentForm(account=contract, agency=request.GET.get("co-quan", ""))
    if request.method == "POST":
        must_be_proved(request)
        form = TestPaymentForm(request.POST, account=contract)
        if form.is_valid() and (made := _made(request, contract, form)):
            return redirect("test_payment", pk=made.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Thanh toán thử: %(gateway)s") % {"gateway": registry.name_of(contract.gateway)},
        "contract": contract,
        "form": form,
        "test_payments": contract.test_payments.select_related("bill__agency", "begun_by")[:MOST_SHOWN],
    }
    return TemplateResponse(
        request, "portal/administration/gateway_care/test_payments.html", context, status=422 if form.errors else 200
    )


def _made(request: HttpRequest, contract: MerchantAccount, form: TestPaymentForm) -> TestPayment | None:
    actor: Any = request.user
    cleaned = form.cleaned_data
    try:
        test_payment = test_payments.begin(contract, cleaned["agency"], cleaned["amount"], actor=actor)
    except GatewayNotOffered:
        form.add_error("agency", _("Cơ quan này không dùng hợp đồng này."))
        return None
    try:
        payment = test_payments.pay(test_payment, client_ip=client_ip(request), locale=request.LANGUAGE_CODE)
    except PaymentNotStarted:
        messages.error(request, _("Cổng không nhận lần thanh toán. Không có khoản tiền nào bị trừ."))
    else:
        # So that the bank's way back finds it.
        browser_rights.gain(request, SESSION_PAYMENT, payment.token, most=1)
    return test_payment


@require_http_methods(["GET", "POST"])
def test_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a test payment is, live; a POST leads to the bank (`viec=tra`), or closes it unpaid."""
    _may(request, "view")
    test_payment = _test_payment(pk)
    if request.method == "POST":
        _may(request, "change")
        attempt = test_payments.attempt_of(test_payment)
        if request.POST.get("viec") == "tra" and attempt and attempt.is_open and attempt.redirect_url:
            return redirect(attempt.redirect_url)
        must_be_proved(request)
        actor: Any = request.user
        try:
            bills.cancel_bill(test_payment.bill, reason="test_payment given up", actor=actor)
        except (BillNotPayable, BillHasMoney):
            messages.error(request, _("Không hủy được: tiền đã đến, hoặc đang hỏi ngân hàng."))
        return redirect("test_payment", pk=pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Thanh toán thử: %(gateway)s")
        % {"gateway": registry.name_of(test_payment.merchant_account.gateway)},
        "live": live.stream_url([test_payment.bill.token]),
        **_progress(request, test_payment),
    }
    return TemplateResponse(request, "portal/administration/gateway_care/test_payment.html", context)


@require_GET
def test_payment_state(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that changes; a page made in another state (`?da-thay=`) is made to reload whole."""
    _may(request, "view")
    test_payment = _test_payment(pk)
    is_stale = request.GET.get("da-thay", test_payment.bill.state) != test_payment.bill.state
    return render(
        request,
        "portal/administration/gateway_care/_test_payment.html",
        _progress(request, test_payment) | {"is_stale": is_stale},
    )


def _test_payment(pk: int) -> TestPayment:
    every = TestPayment.objects.select_related("bill__agency", "merchant_account", "begun_by")
    return get_object_or_404(every.prefetch_related("bill__payments"), pk=pk)


def _progress(request: HttpRequest, test_payment: TestPayment) -> dict[str, Any]:
    return {
        "test_payment": test_payment,
        "steps": test_payments.steps(test_payment),
        "attempt": test_payments.attempt_of(test_payment),
        "to_refund": test_payments.may_be_refunded(test_payment),
        "may_change": request.user.has_perm(RIGHT.format("change")),
    }


def _may(request: HttpRequest, verb: str) -> None:
    if not request.user.has_perm(RIGHT.format(verb)):
        raise PermissionDenied
