"""Administration of contracts with gateways, and a view of money that only reads."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from agencies.admin import ReadOnlyAdmin

from . import inbox
from .models import Bill, Discrepancy, LedgerEvent, MerchantAccount, Notice, Payment, Receipt


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


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What banks told us; quarantined ones can be tried again."""

    list_display = ["received_at", "gateway", "merchant_ref", "outcome", "amount", "state", "result"]
    list_filter = ["state", "gateway", "outcome"]
    search_fields = ["merchant_ref", "gateway_ref"]
    actions = ["retry"]

    @admin.action(description=_("Xử lý lại"))
    def retry(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        """Give quarantined notices another chance."""
        for notice in queryset:
            inbox.retry_quarantined(notice)
        messages.success(request, _("Đã đưa lại vào hàng chờ."))


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin):
    """Bills."""

    list_display = ["reference", "agency_name", "amount", "state", "created_at", "settled_at"]
    list_filter = ["state"]
    search_fields = ["reference"]


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Attempts to pay."""

    list_display = ["merchant_ref", "gateway", "amount", "state", "created_at", "paid_at"]
    list_filter = ["state", "gateway"]
    search_fields = ["merchant_ref", "gateway_ref"]


@admin.register(LedgerEvent)
class LedgerAdmin(ReadOnlyAdmin):
    """The ledger."""

    list_display = ["at", "kind", "amount", "bill", "before", "after", "cause"]
    list_filter = ["kind"]
    list_select_related = ["bill"]


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """Receipts."""

    list_display = ["full_number", "kind", "amount", "agency_name", "issued_at"]
    list_select_related = ["series"]


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnlyAdmin):
    """Differences waiting for somebody."""

    list_display = ["opened_at", "kind", "amount", "bill", "suggested_action", "closed_at"]
    list_filter = ["kind"]
    list_select_related = ["bill"]
