"""Administration of agencies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.db.models.functions import Upper
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import DropdownFilter

from agencies.admin_base import AuditedAdmin, ProvedAdmin, ScopedAdmin
from agencies.admin_periods import WithPeriod
from agencies.models import Agency, AgencySuccession, BeneficiaryAccount, Level, OnboardingStep
from core.values.text import fold


class AccountInline(WithPeriod, TabularInline):
    """Where an agency is paid."""

    model = BeneficiaryAccount
    extra = 0
    can_delete = False


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    """One agency; above each stands another, up to the province."""

    def clean(self) -> dict[str, Any]:
        """Refuse one that stands nowhere: no contract and no administrator of the province would reach it."""
        cleaned = super().clean() or self.cleaned_data
        is_new = self.instance.pk is None or {"parent", "level"} & set(self.changed_data)
        if is_new and not cleaned.get("parent") and cleaned.get("level") != Level.PROVINCE and "parent" in self.fields:
            self.add_error("parent", _("Cho biết cơ quan cấp trên: chỉ cấp tỉnh không có."))
        return cleaned


class TimeFilter(DropdownFilter):
    """Whether an agency exists today."""

    title = _("Tồn tại")
    parameter_name = "ton-tai"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the three times."""
        return [("nay", _("Đang tồn tại")), ("sau", _("Chưa thành lập")), ("het", _("Đã kết thúc"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow the list."""
        today = timezone.localdate()
        wanted = {
            "nay": Q(valid_during__contains=today),
            "sau": Q(valid_during__startswith__gt=today),
            "het": Q(valid_during__endswith__lte=today) | Q(valid_during__isempty=True),
        }
        return queryset.filter(wanted.get(self.value(), Q()))


@admin.register(Agency)
class AgencyAdmin(WithPeriod, ProvedAdmin, ScopedAdmin):
    """Agencies of every generation, found without accents; one that ends keeps its row and its name."""

    agency_path = "pk"
    form = AgencyForm

    helps = {
        "code": _("Mã đơn vị hành chính. Sau sắp xếp, mã có thể được dùng lại cho đơn vị khác."),
        "identifier": _("Mã hồ sơ bắt đầu bằng mã này, ví dụ H44.21. Để trống: không nhận hồ sơ."),
        "address": _("Nơi công dân đến, ví dụ: Trụ sở UBND xã Hy Cương, tỉnh Phú Thọ."),
        "parent": _("Đơn vị dùng hợp đồng cổng thanh toán của cấp trên khi không có hợp đồng riêng."),
        "valid_during": _("Sáp nhập, chia tách, giải thể làm ở trang riêng; ở đây chỉ sửa ngày ghi sai."),
    }
    list_display = ["name", "code", "identifier", "level", "parent", "period"]
    list_filter = ["level", TimeFilter]
    list_select_related = ["parent"]
    search_fields = ["search_key", "code", "identifier"]
    autocomplete_fields = ["parent"]
    inlines = [AccountInline]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Fold what was typed, as the key is folded; offer what exists before what has ended."""
        rows, is_doubled = super().get_search_results(request, queryset, fold(search_term))
        if request.path == reverse("admin:autocomplete"):
            rows = rows.order_by(Upper("valid_during").desc(nulls_first=True), "name")
        return rows, is_doubled

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: an agency ends on a day (the wizard ends it) and is kept."""
        return False


@admin.register(AgencySuccession)
class SuccessionAdmin(ProvedAdmin):
    """Who succeeded whom; the wizard writes them, here they are found and corrected."""

    list_display = ["predecessor", "successor", "effective_date", "takes_over", "reform"]
    list_filter = ["takes_over", "effective_date"]
    list_select_related = ["predecessor", "successor", "reform"]
    helps = {"takes_over": _("Một đơn vị kế thừa nhận hồ sơ và khoản thu dở dang; các đơn vị khác chỉ xem được.")}
    fields = ["predecessor", "successor", "effective_date", "takes_over", "note", "reform"]
    readonly_fields = ["reform"]
    autocomplete_fields = ["predecessor", "successor"]
    search_fields = ["predecessor__search_key", "successor__search_key"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Fold what was typed, as the keys are folded."""
        return super().get_search_results(request, queryset, fold(search_term))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a reorganisation is reverted as a whole, by the wizard."""
        return False


@admin.register(OnboardingStep)
class OnboardingAdmin(AuditedAdmin):
    """Steps that somebody attests with evidence; the board counts the others."""

    audited_as = "onboarding_step"
    helps = {
        "day": _("Ngày ký hoặc ngày tập huấn, không phải ngày ghi."),
        "evidence": _("Số văn bản, biên bản, danh sách: để người sau tìm lại được."),
    }
    list_display = ["agency", "step", "day", "evidence", "noted_by"]
    list_filter = ["step"]
    list_select_related = ["agency", "noted_by"]
    autocomplete_fields = ["agency"]
    search_fields = ["agency__search_key", "evidence"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was attested is corrected, not lost."""
        return False

    def save_model(self, request: HttpRequest, obj: OnboardingStep, form: Any, change: bool) -> None:
        """Note who attests it."""
        actor: Any = request.user
        obj.noted_by = actor
        super().save_model(request, obj, form, change)
