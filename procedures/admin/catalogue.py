"""Administration of procedures with their cases and papers."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from ..models import DocumentRequirement, Procedure, ProcedureCase


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
