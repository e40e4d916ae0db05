"""Public pages of receipts: read, print, verify."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.proof_of_work import ProvenForm
from core.rate_limits import Limit, of, spend
from core.values.codes import receipt_number
from payments.bills.holds import left_to_do
from payments.callbacks.handle import mask_name
from payments.models import Receipt

from . import pdf as receipt_pdf
from .names import named_for

#: Letters of a dossier's code that tell one receipt from another, and open nothing.
CODE_END = 4
_HOUR = timedelta(hours=1)
#: Numbers typed, not scanned: beyond this each costs the browser a proof of work, so that nobody reads whole books.
ASKED = (
    Limit("receipt number", 20, _HOUR),
    Limit("receipt numbers of a network", 60, _HOUR),
    Limit("receipt numbers of all", 5000, _HOUR),
)


def _receipt(token: str) -> Receipt:
    related = ("series", "bill", "payment", "cancellation__replacement__series")
    return get_object_or_404(Receipt.objects.select_related(*related), token=token)


@require_GET
@never_cache
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """A receipt, to read, print and keep. Whoever pays for somebody has this address, and reads no whole name."""
    receipt = _receipt(token)
    url = receipt_pdf.verification_url(receipt)
    return render(
        request,
        "payments/receipts/receipt.html",
        {
            "receipt": receipt,
            "verification_url": url,
            "named": named_for(request, receipt),
            "left": left_to_do(receipt.bill),
        },
    )


@require_GET
@never_cache
def receipt_file(request: HttpRequest, token: str) -> HttpResponse:
    """The same receipt as a PDF, with the name as on the page."""
    receipt = _receipt(token)
    return receipt_pdf.answer(receipt, named_for(request, receipt))


@require_GET
@never_cache
def verify_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Show publicly whether a receipt number is genuine, with what tells it from another: no whole name, no whole code.

    Agencies number alike: the QR of a receipt adds the series (`quyen`), a typed number may find several. Its mark
    (`dau`) tells who has the receipt from who counts numbers up.
    """
    series, _separator, digits = number.rpartition("-")
    related = ("series", "cancellation__replacement__series")
    receipts = Receipt.objects.none()
    if digits.isdecimal() and len(digits) < 15:
        receipts = Receipt.objects.filter(series__serial=series, number=int(digits)).select_related(*related)
    book = request.GET.get("quyen", "")
    if book.isdecimal() and len(book) < 15:
        receipts = receipts.filter(series_id=int(book))
    rows = list(receipts.select_related("bill")[:20])
    context: dict[str, object] = {"number": number, "book": book}
    if not any(constant_time_compare(receipt_pdf.mark_of(each), request.GET.get("dau", "")) for each in rows):
        form = ProvenForm()
        if not (spend(*of(ASKED)) or form.is_proven(request.GET)):
            return render(request, "payments/receipts/verify.html", {**context, "challenge": form.challenge})
    context["receipts"] = [(each, mask_name(each.payer_name), each.bill.reference[-CODE_END:]) for each in rows]
    return render(request, "payments/receipts/verify.html", context)


@require_GET
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Where somebody types the number of a receipt."""
    number = receipt_number(request.GET.get("so", ""))[:40].replace("/", "")
    return redirect("verify-receipt", number=number) if number else render(request, "payments/receipts/verify.html")
