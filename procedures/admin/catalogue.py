"""Administration of procedures with their cases and papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from agencies.admin_base import AuditedAdmin
from agencies.admin_periods import WithPeriod
from procedures.catalogue.topics import Audience, LifeEvent
from procedures.models import DocumentRequirement, Procedure, ProcedureCase, Question
from procedures.schedules.findings import pictures_of


class CaseInline(TabularInline):
    """The cases of a procedure, each with the answers it is for."""

    model = ProcedureCase
    extra = 0

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the questions of this procedure only."""
        if db_field.name == "decided_by":
            procedure = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
            kwargs["queryset"] = Question.objects.filter(procedure=int(procedure) if procedure else None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


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
class ProcedureAdmin(WithPeriod, AuditedAdmin):
    """Procedures; one that is no more ends on a day and is kept."""

    form = ProcedureForm
    helps = {
        "code": _("Mã trên Cơ sở dữ liệu quốc gia về thủ tục hành chính, ví dụ 2.000815."),
        "keywords": _("Cách người dân gọi, cách nhau dấu phẩy, ví dụ “sổ đỏ”: dùng khi tìm kiếm."),
        "valid_during": _("Thủ tục bị bãi bỏ thì ghi ngày hết hiệu lực, không xóa."),
    }
    list_display = ["code", "name", "sector", "department", "period"]
    list_filter = ["sector"]
    search_fields = ["search_key", "code"]
    exclude = ["agencies"]
    readonly_fields = ["timeline"]
    inlines = [CaseInline, DocumentInline, QuestionInline]

    @admin.display(description=_("Biểu phí theo thời gian"))
    def timeline(self, procedure: Procedure) -> SafeString | str:
        """What holds when, over all versions in use: gaps and overlaps are seen before they are read."""
        pictures = pictures_of(procedure) if procedure.pk else []
        return render_to_string("procedures/admin/picture.html", {"pictures": pictures}) if pictures else "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: dossiers name it. It ends on a day."""
        return False
