"""Administration of merchant accounts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from agencies.admin_base import ProvedAdmin
from agencies.admin_filters import WordsFilter
from agencies.admin_periods import WithPeriod
from agencies.models import User
from gateways import internal, registry
from payments.merchants import key_rotation
from payments.models import MerchantAccount

from . import contract_fields
from .merchant_form import MerchantForm, form_for

#: A fieldset that opens with a click.
FOLDED = ["collapse"]


@admin.register(MerchantAccount)
class MerchantAdmin(WithPeriod, ProvedAdmin):
    """Contracts with gateways. Keys are rotated, never overwritten; nothing is deleted."""

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

    def save_model(self, request: HttpRequest, obj: MerchantAccount, form: Any, change: bool) -> None:
        """Save what was changed and nothing else: the keys may have been rotated meanwhile."""
        actor = cast(User, request.user)
        new_secrets = form.cleaned_data["new_secrets"]
        changed = {name for name in form.changed_data if name in MerchantForm.Meta.fields} - {"settings"}
        if obj.settings != form.stored_settings:
            changed.add("settings")
        if change:
            obj.save(update_fields=changed)
            if new_secrets:
                keep_for = timedelta(hours=form.cleaned_data["keep_hours"])
                key_rotation.rotate(obj, new_secrets, keep_for=keep_for, actor=actor)
        else:
            obj.secrets = json.dumps(new_secrets)
            obj.save()

    def _gateway_of(self, request: HttpRequest, contract: MerchantAccount | None) -> str:
        """Return which gateway a form is about; "" for whoever may only read: they see what is stored."""
        if not self.has_change_permission(request, contract):
            return ""
        return contract.gateway if contract else str(request.POST.get("gateway") or request.GET.get("gateway") or "")
