"""Administration of merchant accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.admin_base import ProvedAdmin
from agencies.admin_filters import WordsFilter
from agencies.admin_periods import WithPeriod
from gateways import internal, registry
from payments.accounting.error_messages import explain
from payments.errors import ChangeUnderWay
from payments.models import ContractChange, MerchantAccount
from payments.models.contract_changes import shown_on

from . import contract_fields, contract_proposal
from .merchant_form import MerchantForm, form_for

#: A fieldset that opens with a click.
FOLDED = ["collapse"]


@admin.register(MerchantAccount)
class MerchantAdmin(WithPeriod, ProvedAdmin):
    """Contracts with gateways. Where money goes is changed by two people, a day later; nothing is deleted."""

    audited_as, audit_name = "merchant_saved", "merchant"
    form = MerchantForm
    helps = {
        "agency": _("Các cơ quan cấp dưới không có hợp đồng riêng cũng dùng hợp đồng này."),
        "merchant_id": _("Mã mà ngân hàng hoặc cổng cấp cho hợp đồng."),
        "settings": _("Địa chỉ và lựa chọn của cổng, dạng JSON; khóa bí mật không ghi ở đây."),
        "is_enabled": _("Tắt: không nhận thanh toán mới; tiền đang về vẫn được ghi nhận."),
        "position": _("Cổng có số nhỏ hiện trước trên trang thanh toán."),
    }
    list_display = ["gateway", "merchant_id", "agency", "is_enabled", "period", "previous_secrets_until"]
    words = {"gateway": registry.name_of}
    list_filter = [("gateway", WordsFilter), "is_enabled"]
    list_select_related = ["agency"]
    search_fields = ["merchant_id", "agency__search_key"]
    autocomplete_fields = ["agency"]
    change_form_before_template = "payments/admin/contract_notice.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a contract ends on a day and is kept."""
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask first which gateway the contract is with: its inputs follow from that."""
        if request.method == "GET" and not request.GET.get("gateway") and self.has_add_permission(request):
            gateways = [(slug, registry.name_of(slug)) for slug in registry.all_slugs() if slug not in internal.SLUGS]
            context = {**self.admin_site.each_context(request), "title": _("Hợp đồng mới"), "gateways": gateways}
            return TemplateResponse(request, "payments/admin/choose_gateway.html", context)
        response: HttpResponse = super().add_view(request, form_url, extra_context)
        return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form with the inputs of the gateway."""
        return super().get_form(request, obj, change, **{**kwargs, "form": form_for(self._gateway_of(request, obj))})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what every contract has, then the gateway's settings and keys; what is seldom needed is folded."""
        names = self.get_fields(request, obj)
        gateway = self._gateway_of(request, obj)
        own, keys, common = contract_fields.names_of(gateway, names)
        if not own and not keys:
            return super().get_fieldsets(request, obj)
        rare = ["settings", "new_secrets"]
        plain = [name for name in names if name not in {*own, *keys, *common, *rare, "keep_hours"}]
        return [
            (None, {"fields": plain}),
            (_("Cài đặt của cổng"), {"fields": own}),
            (_("Khóa bí mật"), {"fields": [*keys, "keep_hours"]}),
            (_("Chờ, giới hạn và tài khoản (hiếm khi đổi)"), {"fields": common, "classes": FOLDED}),
            (_("Tên khác, dạng JSON (hiếm khi cần)"), {"fields": rare, "classes": FOLDED}),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say first what waits for a second person, and what was changed lately and by whom."""
        contract = self.get_object(request, object_id)
        shown = {"contract_changes": shown_on(contract) if contract else []}
        response: HttpResponse = super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})
        return response

    def save_model(self, request: HttpRequest, obj: MerchantAccount, form: Any, change: bool) -> None:
        """Nothing is written here: `save_related` divides what one person may do from what two must."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write what is harmless, and put before a second person what decides where money goes."""
        if change and (done := contract_proposal.save_at_once(form)):
            self._record(request, self.audited_as, form.instance, done)
        proposed = contract_proposal.propose(request, form, is_new=not change)
        request.proposed_change = proposed  # type: ignore[attr-defined]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save all or nothing: while another change is open there is no second one."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ChangeUnderWay as error:
            messages.error(request, explain(error))
            return redirect(request.get_full_path())

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """There is no row yet; the audit has the proposal."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """What was written at once and what was proposed is told by the audit, each by its name."""

    def response_add(self, request: HttpRequest, obj: MerchantAccount, post_url_continue: Any = None) -> HttpResponse:
        """Go to the proposal: the contract comes with the second person's agreement."""
        return self._to_proposal(request)

    def response_change(self, request: HttpRequest, obj: MerchantAccount) -> HttpResponse:
        """Go to the proposal, if there is one."""
        if getattr(request, "proposed_change", None):
            return self._to_proposal(request)
        response: HttpResponse = super().response_change(request, obj)
        return response

    def _to_proposal(self, request: HttpRequest) -> HttpResponse:
        change: ContractChange = request.proposed_change  # type: ignore[attr-defined]
        messages.success(request, _("Đã ghi đề nghị. Hợp đồng chỉ đổi khi một quản trị khác đồng ý."))
        return redirect(reverse("admin:payments_contractchange_change", args=[change.pk]))

    def _gateway_of(self, request: HttpRequest, contract: MerchantAccount | None) -> str:
        """Return which gateway a form is about; "" for whoever may only read: they see what is stored."""
        if not self.has_change_permission(request, contract):
            return ""
        return contract.gateway if contract else str(request.POST.get("gateway") or request.GET.get("gateway") or "")
