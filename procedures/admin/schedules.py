"""Administration of fee schedules: only a draft is edited, other states change by steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.validators import MinValueValidator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action

from agencies.admin_base import AuditedAdmin, WithMoney, WithWords
from agencies.admin_periods import WithPeriod
from agencies.reauthentication import must_be_proved
from core.database.row_sets import WholeRowFormSet
from procedures.errors import ScheduleError, StartsInThePast
from procedures.models import Exemption, FeeRule, FeeSchedule, ProcedureCase, ScheduleState
from procedures.schedules.findings import findings_for, findings_in_use, pictures_for
from procedures.schedules.lifecycle import starts_in_the_past
from procedures.schedules.preview import preview
from procedures.schedules.tiers import write_tiers
from procedures.schedules.validation import Finding

from .steps import STEPS, message_for, take
from .tiers_field import TiersField
from .workbook_views import WORKBOOK_STATES, WorkbookPages

#: How many differing dossiers the page lists; the sum counts all.
SAMPLES = 20


class _OnlyDrafts(WithMoney):
    """Lines of a schedule are open while it is a draft (the database refuses too)."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only to a draft."""
        return _is_draft(obj) and super().has_add_permission(request, obj)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only in a draft."""
        return _is_draft(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only from a draft."""
        return _is_draft(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]


def _is_draft(schedule: FeeSchedule | None) -> bool:
    return schedule is None or schedule.state == ScheduleState.DRAFT


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A price; its tiers are words, as in a workbook."""

    tiers = TiersField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"price", "cap"} & set(self.fields):  # before the database's own words for it
            self.fields[name].validators.append(MinValueValidator(0))


class RuleInline(WithWords, _OnlyDrafts, StackedInline):
    """The prices."""

    words = {"tiers": write_tiers}
    model = FeeRule
    form = RuleForm
    formset = WholeRowFormSet
    extra = 0
    template_before = "procedures/admin/row_errors.html"
    fields = [
        ("case", "code"),
        ("name", "kind"),
        ("channel", "applicant", "area", "timing"),
        ("price", "unit", "is_to_be_determined"),
        ("quantity_fact", "free_quantity", "times_fact"),
        ("tiers", "cap"),
        ("refund_policy", "refund_text"),
        ("legal_basis", "position"),
    ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only the cases of the schedule's own procedure."""
        schedule = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "case" and schedule:
            kwargs["queryset"] = ProcedureCase.objects.filter(procedure__schedules=schedule)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ExemptionInline(_OnlyDrafts, WithPeriod, TabularInline):
    """Who pays less."""

    model = Exemption
    formset = WholeRowFormSet
    extra = 0


@admin.register(FeeSchedule)
class ScheduleAdmin(WorkbookPages, WithPeriod, AuditedAdmin):
    """Fee schedules with their dates, checks, preview and the buttons of their life."""

    audit_name = "fee_schedule"
    helps = {
        "legal_basis": _("Nghị quyết, thông tư: in trên khoản phải nộp và biên lai."),
        "note": _("Ghi chép của người soạn; số tiền ghi ở đây được so với mức thu."),
    }
    list_display = ["procedure", "version", "current_state", "period", "agency", "legal_basis"]
    list_filter = ["state"]
    list_select_related = ["procedure", "agency"]
    search_fields = ["procedure__search_key", "procedure__code", "legal_basis"]
    autocomplete_fields = ["procedure", "agency"]
    fields = [
        "procedure",
        "agency",
        "valid_during",
        "legal_basis",
        "note",
        ("version", "current_state"),
        ("prepared_by", "approved_by"),
        "timeline",
        "checks",
        "differences",
    ]
    readonly_fields = ["version", "current_state", "prepared_by", "approved_by", "timeline", "checks", "differences"]
    inlines = [RuleInline, ExemptionInline]
    actions_list = ["check_all"]
    actions_detail = [*STEPS, "export_workbook", "import_workbook"]

    @action(description=_("Kiểm tra mọi biểu phí"), url_path="kiem-tra")
    def check_all(self, request: HttpRequest) -> HttpResponse:
        """What the linter says of everything in use: gaps, overlaps, amounts that look wrong, what ends soon."""
        if not request.user.has_perm("procedures.view_feeschedule"):
            raise PermissionDenied
        by_procedure = list(findings_in_use())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Kiểm tra mọi biểu phí"),
            "by_procedure": by_procedure,
            "errors": sum(finding.is_error for _procedure, findings in by_procedure for finding in findings),
            "opts": self.opts,
        }
        return TemplateResponse(request, "procedures/admin/check_all.html", context)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft; a change of the rest is a new version."""
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft; bills name the others."""
        return _is_draft(obj) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: FeeSchedule, form: Any, change: bool) -> None:
        """Give a new schedule the next version of its procedure."""
        if not change:
            last = FeeSchedule.objects.filter(procedure=obj.procedure).aggregate(last=Max("version"))["last"]
            obj.version = (last or 0) + 1
        super().save_model(request, obj, form, change)

    @admin.display(description=_("Trạng thái"), ordering="state")
    def current_state(self, schedule: FeeSchedule) -> str:
        """The state, said with the calendar: an active one may be over or yet to begin."""
        today = timezone.localdate()
        if schedule.state == ScheduleState.ACTIVE and schedule.has_ended_by(today):
            return str(_("Đã hết hiệu lực"))
        if schedule.state == ScheduleState.ACTIVE and schedule.valid_during.lower > today:
            return str(_("Sẽ áp dụng"))
        return schedule.get_state_display()

    @admin.display(description=_("Theo thời gian"))
    def timeline(self, schedule: FeeSchedule) -> SafeString | str:
        """What holds when: gaps and overlaps are seen before they are read."""
        if not schedule.pk or schedule.state == ScheduleState.RETIRED:
            return "–"
        return render_to_string("procedures/admin/picture.html", {"pictures": pictures_for(schedule)})

    @admin.display(description=_("Kiểm tra"))
    def checks(self, schedule: FeeSchedule) -> SafeString | str:
        """What the linter says of the procedure with this schedule in use."""
        if not schedule.pk or schedule.state == ScheduleState.RETIRED:
            return "–"
        return render_to_string(
            "procedures/admin/findings.html", {"findings": [*_too_late(schedule), *findings_for(schedule)]}
        )

    @admin.display(description=_("So với 30 ngày qua"))
    def differences(self, schedule: FeeSchedule) -> SafeString | str:
        """Which of the last dossiers would pay another amount; of no use once it is in force."""
        if not schedule.pk or schedule.state in (ScheduleState.ACTIVE, ScheduleState.RETIRED):
            return "–"
        compared = preview(schedule)
        context = {"preview": compared, "samples": compared.differences[:SAMPLES]}
        return render_to_string("procedures/admin/differences.html", context)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer the steps that can be taken from the schedule's state."""
        fee_schedule = FeeSchedule.objects.filter(pk=object_id).first()
        offered = super().get_actions_detail(request, object_id)
        if fee_schedule is None:
            return []
        is_own = fee_schedule.prepared_by_id == request.user.pk
        return [s for s in offered if fee_schedule.state in _states(s.path) and not (is_own and s.path == "approve")]

    @action(description=STEPS["propose"].label, url_path="propose")
    def propose(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Draft → proposed."""
        return self._step(request, object_id, "propose")

    @action(description=STEPS["approve"].label, url_path="approve")
    def approve(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Proposed → approved, by a second person."""
        return self._step(request, object_id, "approve")

    @action(description=STEPS["send_back"].label, url_path="send-back")
    def send_back(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Back to the draft."""
        return self._step(request, object_id, "send_back")

    @action(description=STEPS["clone"].label, url_path="clone")
    def clone(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """A draft of the next version."""
        return self._step(request, object_id, "clone")

    @action(description=STEPS["go_back"].label, url_path="go-back")
    def go_back(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """A draft that charges what this version charged."""
        return self._step(request, object_id, "go_back")

    @action(description=STEPS["retire"].label, url_path="retire")
    def retire(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Active → retired."""
        return self._step(request, object_id, "retire")

    def _step(self, request: HttpRequest, object_id: int, name: str) -> HttpResponseBase:
        """Ask on GET (links change nothing), act on POST."""
        if not super().has_change_permission(request):
            raise PermissionDenied
        schedule = get_object_or_404(FeeSchedule.objects.select_related("procedure"), pk=object_id)
        step = STEPS[name]
        form = step.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and name == "approve":
            must_be_proved(request)
        if request.method == "POST" and form.is_valid():
            try:
                schedule = take(step, schedule, request.user, form.cleaned_data)  # type: ignore[arg-type]
            except ScheduleError as error:
                messages.error(request, message_for(error))
            else:
                messages.success(request, str(step.done))
            return _back_to(schedule)
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "step": step,
            "form": form,
            "schedule": schedule,
            "opts": self.opts,
            "is_refused": name == "propose" and bool(_too_late(schedule)),
            "checks": self.checks(schedule),
            "differences": self.differences(schedule),
        }
        return TemplateResponse(request, "procedures/admin/step.html", context)


def _too_late(schedule: FeeSchedule) -> list[Finding]:
    """What proposing a draft would say of its first day, before anybody presses the button."""
    if schedule.state != ScheduleState.DRAFT or not starts_in_the_past(schedule):
        return []
    return [Finding("error", "starts_in_the_past", message_for(StartsInThePast()))]


def _states(path: str) -> frozenset[ScheduleState]:
    """Return the states from which a button can be pressed."""
    step = STEPS.get(path.replace("-", "_"))
    return step.states if step else WORKBOOK_STATES[path]


def _back_to(schedule: FeeSchedule) -> HttpResponse:
    return redirect(reverse("admin:procedures_feeschedule_change", args=[schedule.pk]))
