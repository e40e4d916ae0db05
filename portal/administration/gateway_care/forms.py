"""Forms of the gateway pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from payments.models import MerchantAccount

LONGEST = timedelta(days=7)
MOMENT = {"type": "datetime-local"}


class ReasonForm(forms.Form):
    """Why somebody stops, resumes or sets something aside."""

    reason = forms.CharField(label=_("Lý do"), min_length=3, max_length=200)


class MaintenanceForm(forms.Form):
    """A span in which a contract takes no new payments, shown to payers from a day before."""

    account: forms.ModelChoiceField[MerchantAccount] = forms.ModelChoiceField(
        label=_("Hợp đồng cổng"), queryset=MerchantAccount.objects.none()
    )
    began_at = forms.DateTimeField(label=_("Từ"), widget=forms.DateTimeInput(MOMENT, "%Y-%m-%dT%H:%M"))
    ended_at = forms.DateTimeField(label=_("Đến"), widget=forms.DateTimeInput(MOMENT, "%Y-%m-%dT%H:%M"))
    reason = forms.CharField(label=_("Nội dung bảo trì (người dân đọc được)"), min_length=3, max_length=200)

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Accept a span that lies ahead and is not a slip of the pen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        began: datetime | None = cleaned.get("began_at")
        ended: datetime | None = cleaned.get("ended_at")
        if began and ended:
            if ended <= max(began, timezone.now()):
                self.add_error("ended_at", _now("Phải kết thúc sau lúc bắt đầu và sau bây giờ."))
            elif ended - began > LONGEST:
                self.add_error("ended_at", _now("Một lần bảo trì dài nhất 7 ngày."))
        return cleaned
