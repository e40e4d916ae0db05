"""“Công dân nói đã bị trừ tiền”: reception reports it for who stands at the desk with the phone in hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.audit import record as audit
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.fees.charge_claim_views import ANSWERED_WITHIN, ClaimForm, report

from .money import claimable_of


@require_http_methods(["GET", "POST"])
@for_staff
def charged(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Ask what the phone shows and open the case that the accountants answer, as the citizen's own page does."""
    dossier = staff.dossier_to_serve(code)
    attempts = claimable_of(dossier)
    if not attempts:
        messages.info(request, _("Không có lần thanh toán nào qua ngân hàng mà chưa rõ để báo."))
        return redirect("desk-dossier", code=code)
    form = ClaimForm(attempts, *([request.POST, request.FILES] if request.method == "POST" else []), is_at_desk=True)
    if form.is_bound and form.is_valid():
        if refusal := report(attempts, form.cleaned_data, told_by=str(staff.user)):
            form.add_error(None, refusal)
        else:
            given = {"amount": form.cleaned_data["amount"], "bank_ref": form.cleaned_data["bank_ref"]}
            audit.record("charge_reported", f"dossier:{code}", actor=staff.user, agency=dossier.agency, **given)
            text = _("Đã giao kế toán: trả lời trong %(n)s ngày làm việc. Đừng thu tiền lần nữa.")
            messages.success(request, text % {"n": ANSWERED_WITHIN})
            return redirect("desk-dossier", code=code)
    context = {"staff": staff, "dossier": dossier, "form": form}
    return render(request, "dossiers/desk/charge_claim.html", context, status=422 if form.is_bound else 200)
