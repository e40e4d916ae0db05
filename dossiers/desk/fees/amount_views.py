"""Setting an amount after examination."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from dossiers.desk import moved
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.errors import DossierMoved
from dossiers.fees.assessment import determine, quote_of
from payments.accounting.forms import DongField
from procedures.fees import Line
from procedures.schedules.validation import LEAST_AMOUNT


class AmountsForm(forms.Form):
    """One amount for each line that waits, and why."""

    reason = forms.CharField(label=gettext_lazy("Căn cứ, kết quả thẩm định"), max_length=300)

    def __init__(self, lines: list[Line], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.codes = {f"amount_{number}": line.rule.code for number, line in enumerate(lines)}
        for name, line in zip(self.codes, lines, strict=True):
            self.fields[name] = DongField(label=f"{line.rule.name} (đồng)", min_value=0)

    def clean(self) -> dict[str, object]:
        """Refuse what is no amount of money: 700 is 700.000 typed short."""
        for name in self.codes:
            if 0 < self.cleaned_data.get(name, 0) < LEAST_AMOUNT:
                self.add_error(name, gettext("Số tiền nhỏ hơn 1.000 đ: có thể thiếu ba số 0."))
        return self.cleaned_data

    def amounts(self) -> dict[str, int]:
        """Line code → đồng."""
        return {code: self.cleaned_data[name] for name, code in self.codes.items()}


@require_http_methods(["GET", "POST"])
@for_staff
def set_amounts(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Ask whoever examines the dossier for the amounts, then bill them once."""
    dossier = moved.as_seen(request, staff.dossier_to_examine(code))
    if not dossier.awaits_amount:
        messages.info(request, gettext("Mức thu của hồ sơ này đã được xác định."))
        return redirect("desk-dossier", code=code)
    waiting = [line for line in quote_of(dossier).lines if line.is_to_be_determined]
    form = AmountsForm(waiting, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            determine(dossier, form.amounts(), officer=staff.user, reason=form.cleaned_data["reason"])
        except DossierMoved:
            moved.warn(request, dossier)
        except ValueError:
            messages.warning(request, gettext("Người khác vừa xác định mức thu của hồ sơ này."))
        else:
            messages.success(request, gettext("Đã xác định mức thu và lập khoản phải nộp."))
        return redirect("desk-dossier", code=code)
    return render(request, "dossiers/desk/amounts.html", {"dossier": dossier, "form": form})
