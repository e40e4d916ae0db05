"""Administration of changes to contracts: a second person agrees, any administrator stops."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from agencies.admin_base import ReadOnlyAdmin, administered_by
from agencies.models import User
from agencies.reauthentication import must_be_proved
from gateways import registry
from payments.accounting.error_messages import explain
from payments.errors import PaymentsError
from payments.merchants import contract_changes
from payments.models import ContractChange


class ReasonForm(forms.Form):
    """Why it is stopped."""

    reason = forms.CharField(label=_("Lý do"), max_length=255, widget=UnfoldAdminTextInputWidget())


@admin.register(ContractChange)
class ChangeAdmin(ReadOnlyAdmin):
    """Proposed and past changes of where money goes."""

    is_view_recorded = False
    list_display = ["proposed_at", "gateway", "merchant_id", "agency", "stage", "takes_effect_at"]
    words = {"gateway": registry.name_of}
    list_filter = [
        ("agreed_at", admin.EmptyFieldListFilter),
        ("in_force_at", admin.EmptyFieldListFilter),
        ("stopped_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["agency"]
    search_fields = ["merchant_id", "agency__search_key"]
    fields = [
        "stage",
        "contract",
        ("gateway", "merchant_id"),
        "agency",
        "differences",
        ("proposed_by", "proposed_at"),
        ("agreed_by", "agreed_at"),
        ("takes_effect_at", "in_force_at"),
        ("stopped_by", "stopped_at", "reason"),
    ]
    readonly_fields = ["stage", "differences"]
    actions_detail = ["agree", "stop"]

    @admin.display(description=_("Trạng thái"))
    def stage(self, change: ContractChange) -> str:
        """How far it has come."""
        return str(change.stage)

    @admin.display(description=_("Nội dung thay đổi"))
    def differences(self, change: ContractChange) -> SafeString:
        """Each field before and after, whole."""
        return render_to_string("payments/admin/contract_differences.html", {"changes": change.changes})

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer what this reader can do with it now."""
        change = ContractChange.objects.filter(pk=object_id).first()
        if change is None or not change.is_open or not _may_act(request, change):
            return []
        may_agree = change.agreed_at is None and change.proposed_by_id != request.user.pk
        return [step for step in super().get_actions_detail(request, object_id) if may_agree or step.path != "agree"]

    @action(description=_("Đồng ý"), url_path="agree")  # type: ignore[untyped-decorator]
    def agree(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Agree to what another person proposed."""
        question = _("Bạn đã đối chiếu từng dòng với giấy tờ của ngân hàng và đồng ý với thay đổi này?")
        return self._step(request, object_id, str(_("Đồng ý")), str(question))

    @action(description=_("Dừng lại"), url_path="stop")  # type: ignore[untyped-decorator]
    def stop(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Stop it before it takes effect."""
        question = _("Dừng thay đổi này? Hợp đồng giữ nguyên như hiện nay.")
        return self._step(request, object_id, str(_("Dừng lại")), str(question), ReasonForm)

    def _step(
        self, request: HttpRequest, object_id: int, label: str, question: str, form_class: type[forms.Form] = forms.Form
    ) -> HttpResponseBase:
        """Ask on GET (links change nothing), act on POST."""
        change = get_object_or_404(self.get_queryset(request).select_related("agency"), pk=object_id)
        if not _may_act(request, change):
            raise PermissionDenied
        is_stop = form_class is ReasonForm
        form = form_class(request.POST if request.method == "POST" else None)
        if request.method == "POST" and not is_stop:
            must_be_proved(request)  # stopping is never kept waiting
        if request.method == "POST" and form.is_valid():
            actor: Any = request.user
            try:
                _do(change, actor, form.cleaned_data.get("reason") if is_stop else None)
            except PaymentsError as error:
                messages.error(request, explain(error))
            else:
                messages.success(request, _("Đã dừng thay đổi.") if is_stop else _("Đã đồng ý."))
            return _back_to(change)
        context = {
            **self.admin_site.each_context(request),
            "title": label,
            "question": question,
            "form": form,
            "change": change,
            "differences": self.differences(change),
            "opts": self.opts,
        }
        return TemplateResponse(request, "payments/admin/contract_step.html", context)


def _do(change: ContractChange, actor: User, reason: str | None) -> None:
    if reason is None:
        contract_changes.agree(change, by=actor)
    else:
        contract_changes.stop(change, by=actor, reason=reason)


def _may_act(request: HttpRequest, change: ContractChange) -> bool:
    """Administrators of the agency, and the province's; an auditor reads."""
    user: Any = request.user
    return bool(user.is_superuser or change.agency_id in administered_by(user))


def _back_to(change: ContractChange) -> HttpResponse:
    return redirect(reverse("admin:payments_contractchange_change", args=[change.pk]))
