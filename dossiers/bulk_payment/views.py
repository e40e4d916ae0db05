"""Paying several dossiers: one after the other, or by one file of transfers.

The clerk with twenty dossiers works here. One payment stays one bill's
(docs/decisions/0007-several-dossiers-one-payment-each.md):
in one go is the person's work, not the ledger's.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass

import openpyxl
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import live
from core.http import client_ip
from core.spreadsheets import harmless
from dossiers.models import Dossier
from dossiers.tracking import pins
from dossiers.tracking.access import opened_codes, remember
from dossiers.tracking.forms import LookupForm, ManyForm
from payments.callbacks.handle import mask_name
from payments.checkout import bank_apps, pay_queue
from payments.checkout import start as checkout
from payments.checkout.options import choices_for
from payments.errors import PaymentsError
from payments.models import Bill, Payment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Owed:
    """One bill of a dossier this browser has opened. `transfer` is its VietQR, if there is one that still works."""

    dossier: Dossier
    bill: Bill
    owner: str
    transfer: Payment | None

    @property
    def is_open(self) -> bool:
        """It can be paid now."""
        return self.bill.missing_amount > 0 and not self.dossier.payment_hold

    @property
    def amount(self) -> int:
        """What is still to be paid where it can be paid now, else what the bill asked for; whole đồng."""
        return self.bill.missing_amount if self.is_open else self.bill.amount

    @property
    def qr_text(self) -> str:
        """The VietQR for that amount."""
        return bank_apps.qr_text(self.transfer, self.amount) if self.transfer else ""

    @property
    def bank(self) -> str:
        """Where a transfer goes."""
        return bank_apps.bank_name(self.transfer) if self.transfer else ""


def own_bills(request: HttpRequest) -> list[Owed]:
    """Return the bills of what was opened here by PIN or slip, in the order of opening; a fixed number of queries."""
    codes, now = opened_codes(request), timezone.now()
    by_code = {dossier.code: dossier for dossier in Dossier.objects.filter(code__in=codes).with_bills()}
    return [
        Owed(
            dossier,
            bill,
            mask_name(dossier.owner_name),
            next((payment for payment in bill.open_payments if payment.qr_text and payment.expires_at > now), None),
        )
        for code in codes
        if (dossier := by_code.get(code))
        for bill in dossier.bills.all()
    ]


@never_cache
@require_http_methods(["GET", "POST"])
def together(request: HttpRequest) -> HttpResponse:
    """List what was opened here, what is owed first, with the sum; open one more with code and PIN, or many."""
    many = ManyForm(request.POST if "lines" in request.POST else None)
    form = LookupForm(None if many.is_bound else request.POST or None)
    if form.is_bound and form.is_valid() and (dossier := pins.open_with(form)):
        remember(request, dossier)
        return redirect("pay-together")
    if many.is_bound and many.is_valid():
        _open_many(request, many.cleaned_data["lines"])
        return redirect("pay-together")
    rows = sorted(own_bills(request), key=lambda row: not row.is_open)
    owed = [row for row in rows if row.is_open]
    context = {
        "rows": rows,
        "owed": owed,
        "total": sum(row.amount for row in owed),
        "counted": [(state, number) for state, number in Counter(row.bill.display_state for row in rows).items()],
        "form": form,
        "many": many,
        "live": live.stream_url(row.bill.token for row in rows),
    }
    is_wrong = form.is_bound or many.is_bound
    return render(request, "dossiers/bulk_payment/bulk_payment.html", context, status=422 if is_wrong else 200)


def _open_many(request: HttpRequest, lines: list[tuple[str, str]]) -> None:
    """Open what can be opened, and name what cannot: unknown codes look like wrong PINs."""
    opened, wrong = [], []
    try:
        for code, pin in lines:
            if dossier := pins.open_with_pin(code, pin):
                opened.append(dossier)
            else:
                wrong.append(code)
    except pins.TooManyTries:
        messages.error(request, _("Đã có nhiều lần nhập sai. Hãy mở từng hồ sơ ở trên, hoặc quét mã QR trên giấy hẹn."))
    remember(request, *opened)
    if wrong:
        messages.warning(request, _("Mã hồ sơ hoặc mã PIN chưa đúng: %s") % ", ".join(wrong))


@require_POST
def in_a_row(request: HttpRequest) -> HttpResponse:
    """Pay one bill after the other: each page leads to the next."""
    tokens = [row.bill.token for row in own_bills(request) if row.is_open]
    if not tokens:
        return redirect("pay-together")
    pay_queue.begin(request.session, tokens)
    return redirect("bill", token=tokens[0])


@never_cache
@require_http_methods(["GET", "POST"])
def transfers(request: HttpRequest) -> HttpResponse:
    """Make a VietQR for every bill still owed (POST), and list them to be scanned or put into the bank's file."""
    if request.method == "POST":
        skipped = [row.dossier.code for row in own_bills(request) if row.is_open and not _start(request, row)]
        if skipped:
            words = _(
                "Những hồ sơ này đang có lần thanh toán khác hoặc chưa chuyển khoản được, mở riêng từng hồ sơ: %s"
            )
            messages.warning(request, words % ", ".join(skipped))
        return redirect("pay-by-transfers")
    rows = [row for row in own_bills(request) if row.is_open and row.transfer]
    if not rows:
        return redirect("pay-together")
    context = {"rows": rows, "total": sum(row.amount for row in rows)}
    return render(request, "dossiers/bulk_payment/transfers.html", context)


def _start(request: HttpRequest, row: Owed) -> bool:
    """Have a VietQR for one bill; False where another attempt is under way or there is none to be had."""
    gateway = next((choice.slug for choice in choices_for(row.bill) if not choice.has_page), "")
    try:
        checkout.start(
            row.bill, gateway, client_ip=client_ip(request), locale=request.LANGUAGE_CODE, acknowledged=frozenset()
        )
    except PaymentsError:
        return False
    return True


@never_cache
@require_GET
def transfers_file(request: HttpRequest) -> HttpResponse:
    """The same transfers as a spreadsheet, to load into a company's internet banking and approve once."""
    rows = [row for row in own_bills(request) if row.is_open and row.transfer]
    if not rows:
        raise Http404
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Chuyen khoan"
    titles = (
        _("STT"),
        _("Số tài khoản"),
        _("Chủ tài khoản"),
        _("Ngân hàng"),
        _("Số tiền"),
        _("Nội dung"),
        _("Mã hồ sơ"),
    )
    sheet.append(titles)
    for number, row in enumerate(rows, 1):
        if row.transfer:
            details = row.transfer.qr_details
            texts = (details["account"], details["account_name"], row.bank)
            memo = (details["purpose"], row.dossier.code)
            sheet.append(
                [
                    number,
                    *(harmless(str(text)) for text in texts),
                    row.amount,
                    *(harmless(str(text)) for text in memo),
                ]
            )
    content = io.BytesIO()
    book.save(content)
    name = 'attachment; filename="chuyen-khoan-theo-lo.xlsx"'
    return HttpResponse(content.getvalue(), content_type=XLSX, headers={"Content-Disposition": name})
