"""The page on which a payer reports a charge: amount, picture, deadline of the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies.succession import heir_of
from dossiers.attachments.scan import read_at_once
from payments import charge_claims
from payments.accounting.forms import DongField
from payments.checkout.attempts import gateway_name
from payments.errors import NothingToClaim, TooManyClaims
from payments.models import Bill, Payment
from procedures.calendar.days import due_at

#: Working days within which the payer is answered: our own promise, banks look into a transfer in two.
ANSWERED_WITHIN = 3
_EARLIEST = timedelta(days=90)


class ClaimForm(forms.Form):
    """Which attempt, and what the bank shows of it."""

    attempt = forms.ChoiceField(label=gettext_lazy("Lần thanh toán nào?"), widget=forms.RadioSelect)
    amount = DongField(label=gettext_lazy("Số tiền bị trừ (đồng)"))
    charged_at = forms.DateTimeField(
        label=gettext_lazy("Bị trừ lúc"),
        help_text=gettext_lazy("Giờ trong tin nhắn hoặc ứng dụng của ngân hàng."),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    bank_ref = forms.CharField(
        label=gettext_lazy("Mã giao dịch của ngân hàng"),
        help_text=gettext_lazy("Ví dụ: FT26327…; có mã này thì tìm nhanh hơn."),
        max_length=64,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )
    proof = forms.FileField(
        label=gettext_lazy("Ảnh chụp màn hình giao dịch"),
        help_text=gettext_lazy("Nên che số dư. Ảnh JPG hoặc PNG, tối đa 10 MB; chỉ kế toán xem được."),
        required=False,
        widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png"}),
    )

    def __init__(self, attempts: list[Payment], *args: Any, is_at_desk: bool = False, **kwargs: Any) -> None:
        first = attempts[0]
        kwargs["initial"] = {
            "attempt": first.token,
            "amount": first.amount,
            "charged_at": timezone.localtime(first.created_at),
        }
        super().__init__(*args, **kwargs)
        self.fields["attempt"].choices = [(payment.token, _name(payment)) for payment in attempts]  # type: ignore[attr-defined]
        # At the desk the phone is in hand: without its number the accountants could ask the bank for nothing.
        self.fields["bank_ref"].required = is_at_desk
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"

    def clean_charged_at(self) -> Any:
        """No charge of tomorrow, and none that no bank would look into any more."""
        moment, now = self.cleaned_data["charged_at"], timezone.now()
        if not now - _EARLIEST <= moment <= now + timedelta(minutes=5):
            raise forms.ValidationError(_("Giờ này không thể đúng: kiểm tra lại ngày và giờ."))
        return moment

    def clean_proof(self) -> Any:
        """Keep a picture of our own encoding only: a PDF could carry more than it shows."""
        upload = self.cleaned_data.get("proof")
        if not upload:
            return b""
        paper = read_at_once(upload)
        if paper.suffix != ".jpg":
            raise forms.ValidationError(_("Chỉ nhận ảnh JPG hoặc PNG: chụp màn hình giao dịch."))
        return paper.content


def _name(payment: Payment) -> str:
    began = timezone.localtime(payment.created_at).strftime("%H:%M %d/%m/%Y")
    return f"{began} · {gateway_name(payment)}"


@never_cache
@require_http_methods(["GET", "POST"])
def charged(request: HttpRequest, token: str) -> HttpResponse:
    """Ask what the bank shows, open the case, and say until when it is answered."""
    bill = get_object_or_404(
        Bill.objects.select_related("agency").prefetch_related("lines", "payments__claim"), token=token
    )
    attempts = charge_claims.claimable(bill)
    if not attempts:
        return redirect("bill", token=token)
    form = ClaimForm(attempts, *([request.POST, request.FILES] if request.method == "POST" else []))
    if form.is_bound and form.is_valid():
        if refusal := report(attempts, form.cleaned_data):
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Đã nhận. Chúng tôi đã hỏi ngân hàng ngay."))
            return redirect("bill", token=token)
    context = {"bill": bill, "form": form, "days": ANSWERED_WITHIN}
    return render(request, "dossiers/fees/charge_claim.html", context, status=422 if form.is_bound else 200)


def report(attempts: list[Payment], given: dict[str, Any], *, told_by: str = "") -> str:
    """Open the case of one of these attempts; return why not, or nothing. `told_by` is the officer who was told."""
    payment = next(payment for payment in attempts if payment.token == given["attempt"])
    now = timezone.now()
    office = heir_of(payment.bill.agency, timezone.localdate(now))
    details = charge_claims.ClaimDetails(
        amount=given["amount"],
        charged_at=given["charged_at"],
        bank_ref=given["bank_ref"].strip(),
        proof=given["proof"],
        told_by=told_by,
    )
    try:
        charge_claims.make(payment, details, due_at=due_at(now, ANSWERED_WITHIN, agency=office) or now)
    except NothingToClaim:
        return ""
    except TooManyClaims:
        return _("Đã có nhiều yêu cầu cho khoản này. Xin gọi số ở cuối trang.")
    return ""
