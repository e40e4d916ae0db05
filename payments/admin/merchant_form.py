"""The form of a contract with a gateway: one input a setting, keys that go in and never come out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from gateways import registry
from gateways.fields import Fault, Wrong
from payments.errors import RotationUnderWay, SecretsRefused
from payments.merchants import contract_faults, key_rotation
from payments.models import MerchantAccount

from . import contract_fields
from .contract_fields import SECRET, SETTING

DEFAULT_KEEP_HOURS = 72
MOST_KEEP_HOURS = 30 * 24


class MerchantForm(forms.ModelForm):  # type: ignore[type-arg]
    """What every contract has. `settings` and `new_secrets` are JSON: of what no input is for, or of all where no
    input was sent."""

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
        #: As they are stored: `instance` is changed before it is saved.
        self.stored_settings: dict[str, Any] = dict(self.instance.settings or {})
        if any(name.startswith(SETTING) for name in self.fields):
            shown, self.initial["settings"] = contract_fields.initial_of(self.instance.gateway, self.stored_settings)
            self.initial = {**self.initial, **shown}

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
        stored, gateway, merchant_id = self.instance, cleaned["gateway"], cleaned["merchant_id"]
        settings, new = cleaned["settings"] or {}, cleaned["new_secrets"]
        if any(name.startswith((SETTING, SECRET)) for name in self.data):
            settings |= contract_fields.merchant_id_of(gateway, merchant_id)
            settings |= contract_fields.given_in(cleaned, SETTING)
            new |= contract_fields.given_in(cleaned, SECRET)
        cleaned["settings"], cleaned["new_secrets"] = settings, new
        secrets = {**json.loads(stored.secrets or "{}"), **new}
        if faults := contract_faults.of(gateway, merchant_id, settings, secrets):
            for fault in faults:
                self.add_error(self._place_of(fault), contract_faults.sentence(fault))
            return cleaned
        try:
            if stored.pk and new:
                key_rotation.check(stored, new, keep_for=timedelta(hours=cleaned["keep_hours"]))
            key_rotation.check_config(gateway, settings, secrets)
        except SecretsRefused as error:
            self.add_error(self._place_of_keys(), error.message)
        except RotationUnderWay as error:
            until = f"{timezone.localtime(error.until):%H:%M %d/%m/%Y}"
            message = _now("Lần thay khóa trước còn hiệu lực đến %(until)s: đợi đến lúc đó, hoặc đặt 0 giờ.")
            self.add_error(self._place_of_keys(), message % {"until": until})
        return cleaned

    def _place_of(self, fault: Fault) -> str:
        if fault.wrong == Wrong.OTHER_MERCHANT:
            return "merchant_id"
        own = (SECRET if fault.is_secret else SETTING) + fault.name
        return own if own in self.fields else "new_secrets" if fault.is_secret else "settings"

    def _place_of_keys(self) -> str:
        inputs = [name for name in self.fields if name.startswith(SECRET)]
        return next((name for name in inputs if self.cleaned_data.get(name)), "new_secrets")


def form_for(gateway: str) -> type[MerchantForm]:
    """Return the form of contracts with a gateway, with its inputs in the reader's language."""
    return type("MerchantForm", (MerchantForm,), contract_fields.inputs_of(gateway))
