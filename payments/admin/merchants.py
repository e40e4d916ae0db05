"""Administration of contracts with gateways."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from ..models import MerchantAccount


class MerchantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Secrets go in and never come out: an empty field keeps what is stored."""

    new_secrets = forms.CharField(
        label=_("Khóa bí mật mới (JSON)"), required=False, widget=forms.Textarea({"autocomplete": "off", "rows": 3})
    )

    class Meta:
        model = MerchantAccount
        fields = ["agency", "gateway", "merchant_id", "settings", "valid_during", "is_enabled", "position"]

    def clean_new_secrets(self) -> str:
        """Accept a JSON object of texts."""
        text = str(self.cleaned_data["new_secrets"])
        try:
            if text and not isinstance(json.loads(text), dict):
                raise ValueError
        except ValueError as error:
            raise forms.ValidationError(_("Phải là một đối tượng JSON.")) from error
        return text


@admin.register(MerchantAccount)
class MerchantAdmin(ModelAdmin):
    """Contracts with gateways."""

    form = MerchantForm
    list_display = ["gateway", "merchant_id", "agency", "is_enabled", "valid_during"]
    list_select_related = ["agency"]
    autocomplete_fields = ["agency"]

    def save_model(self, request: HttpRequest, obj: MerchantAccount, form: Any, change: bool) -> None:
        """Take new secrets when some were typed."""
        if text := form.cleaned_data.get("new_secrets"):
            obj.secrets = text
        super().save_model(request, obj, form, change)
