"""Administration of people and their roles, with dates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from agencies import people
from agencies.admin_base import AuditedAdmin, administered_by
from agencies.admin_periods import WithPeriod, in_words
from agencies.audit import record as audit
from agencies.authorization import PROVINCIAL, sees_everything
from agencies.errors import AlreadyProposed, LastProvinceAdmin
from agencies.models import Agency, Membership, Role, User
from agencies.reauthentication import must_be_proved, recently_proved_method
from agencies.roles import grants
from core.values.text import row_key

from .role_rows import RoleRows
from .session_views import SessionPages


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    """A person without the password's hash, which is of no use on a page."""

    password = None  # type: ignore[assignment]


class MembershipInline(WithPeriod, TabularInline):
    """The roles somebody holds, with dates: ended by a date, never deleted."""

    model = Membership
    formset = RoleRows
    autocomplete_fields = ["agency"]
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Show an agency's administrator the roles at the agency."""
        rows: QuerySet[Membership] = super().get_queryset(request).select_related("agency")
        return rows if sees_everything(request.user) else rows.filter(agency__in=administered_by(request.user))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody grants a role to themselves."""
        return obj != request.user and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody makes their own role last longer, or another one."""
        return obj != request.user and bool(super().has_change_permission(request, obj))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only agencies that the granting person administers."""
        if db_field.name == "agency":
            every = sees_everything(request.user)
            mine = Agency.objects.existing_on(timezone.localdate())
            kwargs["queryset"] = mine if every else mine.filter(pk__in=administered_by(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only the province grants the roles of the province."""
        if db_field.name == "role" and not sees_everything(request.user):
            kwargs["choices"] = [choice for choice in Role.choices if choice[0] not in PROVINCIAL]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(User)
class StaffAdmin(SessionPages, UserAdmin, AuditedAdmin):  # type: ignore[type-arg]
    """Members of staff. Nobody is deleted: the audit names them; an account is switched off."""

    audited_as = "user_saved"
    helps = {"username": _("Chữ không dấu, chữ số và . _ - @ +, ví dụ tiepnhan.viettri.")}
    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = [MembershipInline]
    list_display = ["username", "full_name", "roles_today", "has_factor", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role"]
    search_help_text = _("Tên đăng nhập, họ tên hoặc số điện thoại.")
    search_fields = ["username", "full_name"]
    readonly_fields = ["last_login", "new_password"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "new_password", "full_name", "phone", "email"]}),
        (None, {"fields": ["is_active", "last_login"]}),
    ]
    actions = ["end_sessions", "take_factor_away"]
    actions_detail = ["go_to_sessions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Show an agency's administrator who works or worked there, and whose account the agency made."""
        # An account of VNeID never holds a role (the database refuses it), so nobody is offered to give it one.
        rows: QuerySet[User] = super().get_queryset(request).filter(citizen=None)
        rows = rows.prefetch_related("memberships__agency", "authenticator_set")
        if sees_everything(request.user):
            return rows
        mine = administered_by(request.user)
        here = Q(memberships__agency__in=mine)
        return rows.filter(here | Q(made_by_agency__in=mine, is_superuser=False, is_staff=False)).distinct()

    @admin.display(description=_("Mật khẩu"))
    def new_password(self, user: User) -> SafeString:
        """The way to another one; nobody sees what it is."""
        return format_html('<a class="underline" href="{}">{}</a>', "../password/", _("Đặt mật khẩu mới"))

    @admin.display(description=_("Vai trò hôm nay"))
    def roles_today(self, user: User) -> str:
        """What somebody may do today, and where."""
        today = timezone.localdate()
        held = [role for role in user.memberships.all() if today in role.valid_during]
        return ", ".join(f"{role.get_role_display()} · {role.agency}" for role in held) or "–"

    @admin.display(description=_("Hai lớp"), boolean=True)
    def has_factor(self, user: User) -> bool:
        """Whether a second factor is set up; without one nobody works."""
        factors: Any = getattr(user, "authenticator_set")  # noqa: B009  allauth's, unknown to the type checker
        return any(factor.type in people.STRONG for factor in factors.all())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whose password one may set, one may be: only somebody whose every role is in one's own hands."""
        allowed: bool = super().has_change_permission(request, obj)
        if not allowed or obj is None:
            return allowed
        if obj.is_superuser or obj.is_staff:
            return bool(request.user.is_superuser)
        return sees_everything(request.user) or people.is_within(obj, administered_by(request.user))

    @recently_proved_method
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save all or nothing: whatever would leave the province without an administrator is undone."""
        if row_key(str(args[0] if args else kwargs.get("object_id") or "")) == request.user.pk:
            messages.info(request, _("Vai trò của chính bạn do một quản trị viên khác cấp hoặc gia hạn."))
        try:
            return super().changeform_view(request, *args, **kwargs)
        except LastProvinceAdmin:
            messages.error(
                request, _("Tỉnh phải luôn còn ít nhất một quản trị tỉnh đang làm việc. Chưa có gì thay đổi.")
            )
            return redirect(request.get_full_path())

    @recently_proved_method
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set somebody's password: their sessions end and they are notified by mail."""
        users = User.objects.filter(pk=row_key(id))
        before = users.values_list("password", flat=True).first()
        response = super().user_change_password(request, id, form_url)
        if users.exclude(password=before).exists():
            actor: Any = request.user
            people.note_credential_change("password_changed", users.get(), actor=actor)
        return response

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:
        """Keep which agency made an account: without a role it is that agency's to administer."""
        if not change and not sees_everything(request.user):
            today = timezone.localdate()
            held = Membership.objects.filter(user=request.user.pk, role=Role.AGENCY_ADMIN, valid_during__contains=today)
            obj.made_by_agency = held.order_by("pk")[0].agency
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm[User], formsets: Any, change: bool) -> None:
        """Save the roles, then see what is left. Raises LastProvinceAdmin."""
        super().save_related(request, form, formsets, change)
        for rows in formsets:
            for role in rows.new_objects:
                self._note_role(request, "role_granted", role)
            for role, _fields in rows.changed_objects:
                self._note_role(request, "role_changed", role)
            for role in rows.proposed:
                self._propose(request, role)
            if rows.made_provincial:
                self._invite(request, form.instance)
        people.settle(form.instance)

    def _propose(self, request: HttpRequest, role: Membership) -> None:
        try:
            grants.propose(role, by=request.user)  # type: ignore[arg-type]
        except AlreadyProposed:
            messages.warning(request, _("%(role)s: đã có đề nghị, đang chờ người thứ hai.") % {"role": role})
        else:
            text = _("%(role)s: đã ghi đề nghị. Vai trò có hiệu lực khi một quản trị khác đồng ý.")
            messages.success(request, text % {"role": role})

    def _invite(self, request: HttpRequest, user: User) -> None:
        people.invite(user, actor=request.user)  # type: ignore[arg-type]
        messages.success(
            request,
            _("Mật khẩu và hai lớp cũ không dùng được nữa. Đã gửi thư mời tới %(email)s.") % {"email": user.email},
        )

    def _note_role(self, request: HttpRequest, act: str, role: Membership) -> None:
        """Tell it in the log of the agency where the role counts, too; the person's own entry is of no agency."""
        actor: Any = request.user
        detail = {"model": "agencies.membership", "name": str(role), "period": in_words(role.valid_during)}
        audit.record(act, f"membership:{role.pk}", actor=actor, agency=role.agency, **detail)

    @admin.action(description=_("Đăng xuất khỏi mọi thiết bị"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End every session of the chosen people, at once."""
        done = [people.end_sessions(user, actor=request.user) for user in self._mine(request, queryset)]  # type: ignore[arg-type]
        messages.success(request, _("Đã kết thúc %(number)d phiên làm việc.") % {"number": sum(done)})

    @admin.action(description=_("Gỡ xác thực hai lớp (khi mất điện thoại)"), permissions=["change"])
    def take_factor_away(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let the chosen people set up a second factor anew: they are signed out and asked for it first."""
        must_be_proved(request)
        for user in self._mine(request, queryset):
            people.take_factor_away(user, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Đã gỡ. Người dùng phải cài lại xác thực hai lớp khi đăng nhập."))

    def _mine(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]
