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

from . import attempts, checking, live, receipt_pdf
from .callbacks import mask_name
from .errors import BillNotPayable, GatewayNotOffered, PaymentNotStarted
from .merchants import accounts_of
from .models import Bill, Receipt
from .requests import client_ip
from .states import DisplayState
from .views import SESSION_PAYMENT


def _bill(token: str) -> Bill:
    return get_object_or_404(
        Bill.objects.with_payments().prefetch_related("receipts__series", "receipts__cancellation"), token=token
    )


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
    """The part of the page that changes when money lands. Whoever watches it need not wait for the back-off."""
    found = _bill(token)
    checking.hasten(found)
    return render(request, "payments/_state.html", _context(found))


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


def _receipt(token: str) -> Receipt:
    related = ("series", "bill", "payment", "cancellation__replacement__series")
    return get_object_or_404(Receipt.objects.select_related(*related), token=token)


@require_GET
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """A receipt, to read, print and keep."""
    found = _receipt(token)
    url = receipt_pdf.verification_url(found)
    return render(request, "payments/receipt.html", {"receipt": found, "verification_url": url})


@require_GET
def receipt_file(request: HttpRequest, token: str) -> HttpResponse:
    """The same receipt as a PDF."""
    found = _receipt(token)
    response = HttpResponse(receipt_pdf.render(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="bien-lai-{found.full_number}.pdf"'
    return response


@require_GET
def verify_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Tell anybody whether a receipt number is genuine: amount, date and agency, nothing personal.

    Agencies number alike: the QR of a receipt adds the book (`quyen`), a typed number may find several.
    """
    series, _separator, digits = number.rpartition("-")
    related = ("series", "cancellation__replacement__series")
    found = Receipt.objects.none()
    if digits.isdecimal() and len(digits) < 15:
        found = Receipt.objects.filter(series__serial=series, number=int(digits)).select_related(*related)
    book = request.GET.get("quyen", "")
    if book.isdecimal() and len(book) < 15:
        found = found.filter(series_id=int(book))
    return render(request, "payments/verify.html", {"number": number, "receipts": found[:20]})


@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Where somebody types the number of a receipt."""
    number = "".join(request.GET.get("so", "").upper().split())[:40].replace("/", "")
    return redirect("verify-receipt", number=number) if number else render(request, "payments/verify.html")
