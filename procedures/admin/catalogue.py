"""Administration of procedures with their cases and papers."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from agencies.periods import PERIODS

from ..models import DocumentRequirement, Procedure, ProcedureCase, Question
from ..topics import Audience, LifeEvent


class CaseInline(TabularInline):
    """The cases of a procedure."""

    model = ProcedureCase
    extra = 0


class DocumentInline(TabularInline):
    """The papers it needs."""

    model = DocumentRequirement
    extra = 0


class QuestionInline(TabularInline):
    """What it asks beside person and fee."""

    model = Question
    extra = 0


class ProcedureForm(forms.ModelForm):  # type: ignore[type-arg]
    """Boxes to tick where the database keeps a list."""

    life_events = forms.MultipleChoiceField(
        label=_("Sự kiện trong đời"), choices=LifeEvent.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    audiences = forms.MultipleChoiceField(
        label=_("Dành cho"), choices=Audience.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


@admin.register(Procedure)
class ProcedureAdmin(ModelAdmin):
    """Procedures."""

    formfield_overrides = PERIODS
    form = ProcedureForm
    list_display = ["code", "name", "sector", "department", "valid_during"]
    list_filter = ["sector"]
    search_fields = ["search_key", "code"]
    exclude = ["agencies"]
    inlines = [CaseInline, DocumentInline, QuestionInline]
