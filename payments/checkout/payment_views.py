"""Starting a payment, and the page of a VietQR."""

from __future__ import annotations

import io
import logging

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core import browser_rights
from core.http import client_ip
from gateways import registry
from payments.bills.holds import why_not_now
from payments.callbacks.views import SESSION_PAYMENT
from payments.errors import AnotherUnderWay, BillHeld, BillNotPayable, GatewayNotOffered, PaymentNotStarted
from payments.merchants import page_origins
from payments.models import Bill, Payment
from payments.states import BillState
from payments.status_queries import query as status_queries

from . import bank_apps
from . import start as checkout
from .attempts import gateway_name
from .bill_views import LAST_GATEWAY, bill_of, state_context

logger = logging.getLogger(__name__)

_REMEMBERED_SECONDS = 180 * 24 * 3600
#: Pixels of a module in the saved picture: sharp on any screen, and small as a file.
_PNG_SCALE = 12


@require_POST
def pay(request: HttpRequest, token: str, gateway: str) -> HttpResponse:
    """Start, or resume, an attempt and send the browser to the bank or to the QR.

    A second attempt beside one that may still bring money begins only when the payer was warned of it.
    """
    bill = bill_of(token)
    try:
        payment = checkout.start(
            bill,
            gateway,
            client_ip=client_ip(request),
            locale=request.LANGUAGE_CODE,
            acknowledged=_acknowledged(request),
        )
    except BillHeld:
        return redirect("bill", token=token)  # it says why
    except BillNotPayable:
        messages.info(request, _("Khoản này không còn phải nộp."))
        return redirect("bill", token=token)
    except GatewayNotOffered as error:
        raise Http404 from error
    except AnotherUnderWay as warning:
        return _warn(request, token, gateway, warning)
    except PaymentNotStarted:
        return _not_opened(request, token, gateway)
    if payment.is_open and not payment.was_offered:
        return _not_opened(request, token, gateway)
    browser_rights.gain(request, SESSION_PAYMENT, payment.token, most=1)
    answer = _lead_on(request, payment)
    answer.set_cookie(
        LAST_GATEWAY,
        gateway,
        max_age=_REMEMBERED_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _not_opened(request: HttpRequest, token: str, gateway: str) -> HttpResponse:
    text = _("%(gateway)s không mở được lúc này. Bạn chưa trả tiền; hãy thử lại hoặc chọn cách khác.")
    messages.error(request, text % {"gateway": registry.name_of(gateway)})
    return redirect("bill", token=token)


def _lead_on(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Lead to the gateway's page, to the QR, or back to the bill.

    Where the content policy forbids forms to lead, the browser would stop without a word: a link is shown instead,
    and the log and the administration name the contract.
    """
    if not payment.is_open or not payment.redirect_url:
        is_transfer = payment.is_open and payment.qr_text
        return redirect("transfer" if is_transfer else "bill", token=payment.bill.token)
    if page_origins.is_allowed(payment.redirect_url):
        return redirect(payment.redirect_url)
    logger.error("%s leads payers to an origin its contract does not name", payment.gateway)
    return render(request, "payments/checkout/leave.html", {"payment": payment, "gateway_name": gateway_name(payment)})


def _acknowledged(request: HttpRequest) -> frozenset[int]:
    """Return the attempts that the warning named to this payer."""
    numbers = request.POST.get("da-biet", "")[:200].split(",")
    return frozenset(int(number) for number in numbers if number.isdecimal() and len(number) < 19)


def _warn(request: HttpRequest, token: str, gateway: str, warning: AnotherUnderWay) -> HttpResponse:
    seen = _acknowledged(request) | {payment.pk for payment in warning.payments}
    # Read again: asking the gateways may have changed what the page says.
    context = state_context(bill_of(token)) | {
        "earlier": [(payment, gateway_name(payment)) for payment in warning.payments],
        "wanted": gateway,
        "wanted_name": registry.name_of(gateway),
        "acknowledged": ",".join(str(number) for number in sorted(seen)),
    }
    return render(request, "payments/checkout/second_payment.html", context, status=409)


def _transfer(bill: Bill) -> Payment | None:
    """Return the attempt whose QR may be shown: none of a bill that nobody should pay now."""
    if bill.state != BillState.OPEN or why_not_now(bill):
        return None
    return next((payment for payment in bill.open_payments if payment.qr_text), None)


@never_cache
@require_GET
def transfer(request: HttpRequest, token: str) -> HttpResponse:
    """The VietQR, large, with everything to type by hand beside it."""
    bill = bill_of(token)
    payment = _transfer(bill)
    if payment is None:
        return redirect("bill", token=token)
    status_queries.hasten(bill)  # without script nobody asks for the state alone
    here = settings.BASE_URL + reverse("bill", args=[token])
    context = state_context(bill) | {
        "transfer": payment,
        "amount": bill.missing_amount,
        "qr_text": bank_apps.qr_text(payment, bill.missing_amount),
        "is_over": payment.expires_at <= timezone.now(),
        "bank_name": bank_apps.bank_name(payment),
        "apps": bank_apps.links(payment, bill.missing_amount, here),
        "sandbox_app": settings.SANDBOX_APP_URL,
    }
    return render(request, "payments/checkout/transfer.html", context)


@never_cache
@require_GET
def transfer_picture(request: HttpRequest, token: str) -> HttpResponse:
    """The same QR as a picture to save and to open in the bank's app."""
    bill = get_object_or_404(Bill.objects.with_payments(), token=token)
    payment = _transfer(bill)
    if payment is None:
        raise Http404
    picture = io.BytesIO()
    segno.make(bank_apps.qr_text(payment, bill.missing_amount), error="m", micro=False).save(
        picture, kind="png", scale=_PNG_SCALE, border=4
    )
    response = HttpResponse(picture.getvalue(), content_type="image/png")
    name = "".join(letter for letter in bill.reference if letter.isalnum() or letter == "-")
    response["Content-Disposition"] = f'attachment; filename="vietqr-{name}.png"'
    return response
