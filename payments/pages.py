"""Pages of the payer: see a bill, pay it, watch it turn PAID, keep the receipt. No account needed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateways import registry
from gateways.base import Capability

from . import attempts, live
from .callbacks import mask_name
from .errors import BillNotPayable, GatewayNotOffered, PaymentNotStarted
from .merchants import accounts_of
from .models import Bill, Receipt
from .requests import client_ip
from .states import DisplayState
from .views import SESSION_PAYMENT


def _bill(token: str) -> Bill:
    return get_object_or_404(Bill.objects.with_payments().prefetch_related("receipts__series"), token=token)


def _context(bill: Bill) -> dict[str, object]:
    state = bill.display_state
    payment = next(iter(bill.open_payments), None)
    if state == DisplayState.PAID:
        payment = bill.settling_payment
    return {
        "bill": bill,
        "state": state,
        "payment": payment,
        "qr_payment": next((p for p in bill.open_payments if p.qr_text), None),
        "gateway_name": registry.get(payment.gateway).name if payment else "",
    }


@never_cache
@require_GET
def bill(request: HttpRequest, token: str) -> HttpResponse:
    """One bill: what for, how much and why, who gets it, how to pay; or its state."""
    found = _bill(token)
    kinds = [registry.get(account.gateway) for account in accounts_of(found.agency)]
    gateways = [(kind.slug, kind.name, Capability.REDIRECT in kind.capabilities) for kind in kinds]
    live_url = f"{settings.LIVE_URL}/live/{live.sign_topic(token)}" if settings.LIVE_URL else ""
    context = _context(found) | {
        "payer": mask_name(found.payer_name),
        "gateways": gateways,
        "live": live_url,
        "sandbox_app": settings.SANDBOX_APP_URL,
    }
    return render(request, "payments/bill.html", context)


@never_cache
@require_GET
def bill_state(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that changes when money lands."""
    return render(request, "payments/_state.html", _context(_bill(token)))


@require_POST
def pay(request: HttpRequest, token: str, gateway: str) -> HttpResponse:
    """Start, or resume, an attempt and send the browser to the bank or to the QR."""
    found = _bill(token)
    try:
        payment = attempts.start(found, gateway, client_ip=client_ip(request), locale=request.LANGUAGE_CODE)
    except BillNotPayable:
        messages.info(request, _("Khoản này không còn phải nộp."))
    except GatewayNotOffered as error:
        raise Http404 from error
    except PaymentNotStarted:
        messages.error(request, _("Cổng thanh toán này đang bận. Chưa có khoản tiền nào bị trừ; hãy chọn cách khác."))
    else:
        request.session[SESSION_PAYMENT] = payment.token
        if payment.redirect_url and payment.is_open:
            return redirect(payment.redirect_url)
    return redirect("bill", token=token)


@require_GET
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """A receipt, to read, print and keep."""
    found = get_object_or_404(Receipt.objects.select_related("series", "bill", "payment"), token=token)
    return render(request, "payments/receipt.html", {"receipt": found})


@require_GET
def verify_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Tell anybody whether a receipt number is genuine: amount, date and agency, nothing personal."""
    series, _separator, digits = number.rpartition("-")
    receipts = Receipt.objects.select_related("series")
    found = receipts.filter(series__serial=series, number=int(digits)) if digits.isdecimal() else receipts.none()
    return render(request, "payments/verify.html", {"number": number, "receipts": found})
