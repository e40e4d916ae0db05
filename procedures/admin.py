"""Administration of procedures and fee schedules; an active schedule is only read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from .models import DocumentRequirement, Exemption, FeeRule, FeeSchedule, Procedure, ProcedureCase, ScheduleState

_FROZEN = (ScheduleState.ACTIVE, ScheduleState.RETIRED)


class CaseInline(TabularInline):
    """The cases of a procedure."""

    model = ProcedureCase
    extra = 0


class DocumentInline(TabularInline):
    """The papers it needs."""

    model = DocumentRequirement
    extra = 0


@admin.register(Procedure)
class ProcedureAdmin(ModelAdmin):
    """Procedures."""

    list_display = ["code", "name", "department", "valid_during"]
    search_fields = ["search_key", "code"]
    exclude = ["agencies"]
    inlines = [CaseInline, DocumentInline]


class FrozenInline(TabularInline):
    """Lines of a schedule: they freeze with it (the database refuses too)."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only while the schedule is being prepared."""
        return obj is None or obj.state not in _FROZEN

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only while the schedule is being prepared."""
        return obj is None or obj.state not in _FROZEN

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only while the schedule is being prepared."""
        return obj is None or obj.state not in _FROZEN


class RuleInline(FrozenInline):
    """The prices."""

    model = FeeRule


class ExemptionInline(FrozenInline):
    """Who pays less."""

    model = Exemption


@admin.register(FeeSchedule)
class ScheduleAdmin(ModelAdmin):
    """Fee schedules with their effective dates."""

    list_display = ["procedure", "version", "state", "valid_during", "legal_basis"]
    list_filter = ["state"]
    list_select_related = ["procedure"]
    search_fields = ["procedure__search_key", "procedure__code", "legal_basis"]
    autocomplete_fields = ["procedure"]
    inlines = [RuleInline, ExemptionInline]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An active schedule is read; a change is a new version."""
        return obj is None or obj.state not in _FROZEN

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Bills were computed from an active schedule."""
        return obj is None or obj.state not in _FROZEN
