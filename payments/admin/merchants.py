"""Administration of merchant accounts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from agencies.admin_base import ProvedAdmin
from agencies.admin_periods import WithPeriod
from agencies.models import User
from gateways import registry
from gateways.fields import Field, Wrong
from payments.errors import RotationUnderWay, SecretsRefused
from payments.merchants import contract_faults, key_rotation
from payments.models import MerchantAccount

DEFAULT_KEEP_HOURS = 72
MOST_KEEP_HOURS = 30 * 24


class MerchantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Secrets go in and never come out: an empty field keeps what is stored."""

    new_secrets = forms.CharField(
        label=_("Khóa bí mật mới (JSON)"),
        required=False,
        help_text=_("Chỉ ghi những khóa cần thay; khóa khác giữ nguyên."),
        widget=forms.Textarea({"autocomplete": "off", "rows": 3}),
    )
    keep_hours = forms.IntegerField(
        label=_("Khóa cũ còn được chấp nhận (giờ)"),
        initial=DEFAULT_KEEP_HOURS,
        min_value=0,
        max_value=MOST_KEEP_HOURS,
        help_text=_("0 khi khóa cũ đã lộ: thông báo ký bằng khóa cũ bị từ chối ngay."),
    )

    class Meta:
        model = MerchantAccount
        fields = ["agency", "gateway", "merchant_id", "settings", "valid_during", "is_enabled", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gateway = str(self.data.get("gateway") or self.instance.gateway or "")
        for name, are_secrets in (("settings", False), ("new_secrets", True)):
            if name in self.fields and (declared := contract_faults.declared_of(gateway, are_secrets=are_secrets)):
                self.fields[name].help_text = _explained(self.fields[name].help_text, declared)

    def clean_gateway(self) -> str:
        """Accept a gateway that exists."""
        gateway = str(self.cleaned_data["gateway"])
        if gateway not in registry.all_slugs():
            raise forms.ValidationError(_("Không có cổng thanh toán này."))
        return gateway

    def clean_new_secrets(self) -> dict[str, str]:
        """Accept a JSON object of texts."""
        text = str(self.cleaned_data["new_secrets"])
        try:
            secrets = json.loads(text or "{}")
            if not isinstance(secrets, dict):
                raise ValueError
        except ValueError as error:
            raise forms.ValidationError(_("Phải là một đối tượng JSON.")) from error
        return secrets

    def clean(self) -> dict[str, Any]:
        """Refuse what the gateway could not work with, before anything is stored."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        stored = self.instance
        new, settings = cleaned["new_secrets"], cleaned["settings"] or {}
        secrets = {**json.loads(stored.secrets or "{}"), **new}
        if faults := contract_faults.of(cleaned["gateway"], cleaned["merchant_id"], settings, secrets):
            for fault in faults:
                is_other = fault.wrong == Wrong.OTHER_MERCHANT
                place = "merchant_id" if is_other else "new_secrets" if fault.is_secret else "settings"
                self.add_error(place, contract_faults.sentence(fault))
            return cleaned
        try:
            if stored.pk and new:
                key_rotation.check(stored, new, keep_for=timedelta(hours=cleaned["keep_hours"]))
            key_rotation.check_config(cleaned["gateway"], settings, secrets)
        except SecretsRefused as error:
            self.add_error("new_secrets", error.message)
        except RotationUnderWay as error:
            until = f"{timezone.localtime(error.until):%H:%M %d/%m/%Y}"
            message = _now("Lần thay khóa trước còn hiệu lực đến %(until)s: đợi đến lúc đó, hoặc đặt 0 giờ.")
            self.add_error("new_secrets", message % {"until": until})
        return cleaned


def _explained(text: Any, declared: list[Field]) -> SafeString:
    """Return a help text with the fields that may stand there: name, what it is, what counts without it."""
    rows = ((field.name, field.label, _without(field)) for field in declared)
    return format_html("{}<ul>{}</ul>", text, format_html_join("", "<li><code>{}</code> {}{}</li>", rows))


def _without(field: Field) -> str:
    if field.is_required:
        return f" ({_now('bắt buộc')})"
    return f" ({field.default})" if field.default else ""


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
    list_filter = ["gateway", "is_enabled"]
    list_select_related = ["agency"]
    search_fields = ["merchant_id", "agency__search_key"]
    autocomplete_fields = ["agency"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a contract ends on a day and is kept."""
        return False

    def save_model(self, request: HttpRequest, obj: MerchantAccount, form: Any, change: bool) -> None:
        """Save what was changed and nothing else: the keys may have been rotated meanwhile."""
        actor = cast(User, request.user)
        new_secrets = form.cleaned_data["new_secrets"]
        changed = [name for name in form.changed_data if name in MerchantForm.Meta.fields]
        if change:
            obj.save(update_fields=changed)
            if new_secrets:
                keep_for = timedelta(hours=form.cleaned_data["keep_hours"])
                key_rotation.rotate(obj, new_secrets, keep_for=keep_for, actor=actor)
        else:
            obj.secrets = json.dumps(new_secrets)
            obj.save()
