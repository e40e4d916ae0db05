"""Administration of agencies."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from . import audit, audit_admin, people_admin  # noqa: F401  registers its pages
from .administering import ScopedAdmin
from .models import Agency, AgencySuccession, BeneficiaryAccount, OnboardingStep
from .periods import PERIODS


class AccountInline(TabularInline):
    """Where an agency is paid."""

    model = BeneficiaryAccount
    extra = 0


@admin.register(Agency)
class AgencyAdmin(ScopedAdmin):
    """Agencies of every generation, found without accents."""

    formfield_overrides = PERIODS
    agency_path = "pk"

    list_display = ["name", "code", "identifier", "level", "parent", "valid_during"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = ["search_key", "code", "identifier"]
    autocomplete_fields = ["parent"]
    inlines = [AccountInline]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Fold what was typed, as the key is folded."""
        from .text import fold

        return super().get_search_results(request, queryset, fold(search_term))


@admin.register(AgencySuccession)
class SuccessionAdmin(ModelAdmin):
    """Who succeeded whom."""

    list_display = ["predecessor", "successor", "effective_date"]
    list_select_related = ["predecessor", "successor"]
    autocomplete_fields = ["predecessor", "successor"]
    search_fields = ["predecessor__search_key", "successor__search_key"]


@admin.register(OnboardingStep)
class OnboardingAdmin(ModelAdmin):
    """Steps that somebody attests with evidence; the board counts the others."""

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
        audit.record("onboarding_step", f"agency:{obj.agency_id}", actor=actor, agency=obj.agency, step=obj.step)
