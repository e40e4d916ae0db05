"""List of roles: who holds which one where, which end soon; ended or extended in bulk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from agencies.admin_base import ScopedAdmin
from agencies.admin_filters import ChosenFilter
from agencies.admin_periods import WithPeriod
from agencies.authorization import PROVINCIAL, sees_everything
from agencies.errors import AlreadyProposed, LastProvinceAdmin, OwnRole, RoleIsOver
from agencies.models import Membership
from agencies.reauthentication import must_be_proved
from agencies.roles import terms
from agencies.roles.grants import TWO_HEADED, propose_longer
from core.values.text import fold

ONE_YEAR = timedelta(days=365)


class TimeFilter(DropdownFilter):
    """Where a role's time lies, seen from today."""

    title = _("Thời hạn")
    parameter_name = "thoi-han"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what people ask for."""
        return [
            ("sap-het", _("Hết hạn trong 30 ngày")),
            ("dang", _("Đang hiệu lực")),
            ("chua", _("Chưa bắt đầu")),
            ("het", _("Đã hết")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> QuerySet[Membership]:
        """Narrow the list."""
        today = timezone.localdate()
        wanted = {
            "sap-het": Q(valid_during__contains=today, valid_during__endswith__lte=today + terms.ENDING_SOON),
            "dang": Q(valid_during__contains=today),
            "chua": Q(valid_during__startswith__gt=today),
            "het": Q(valid_during__endswith__lte=today) | Q(valid_during__isempty=True),
        }
        return queryset.filter(wanted.get(self.value(), Q()))


@admin.register(Membership)
class RoleAdmin(WithPeriod, ScopedAdmin):
    """Every role with its dates. It is granted on the person's page; here it is found, ended and extended."""

    list_display = ["user", "role", "agency", "period", "days_left"]
    list_filter = [TimeFilter, "role", ("agency", ChosenFilter), ("user", ChosenFilter)]
    list_filter_submit = True
    list_select_related = ["user", "agency"]
    search_fields = ["user__username", "user__full_name", "agency__search_key"]
    search_help_text = _("Tên người hoặc tên cơ quan.")
    ordering = ["valid_during"]
    fields = ["user", "role", "agency", "valid_during"]
    readonly_fields = ["user", "role", "agency"]
    actions = ["end_now", "extend_by_a_year"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find names as they are typed, agencies without accents."""
        memberships, is_doubled = super().get_search_results(request, queryset, search_term)
        return memberships | queryset.filter(agency__search_key__contains=fold(search_term)), is_doubled

    @admin.display(description=_("Còn (ngày)"))
    def days_left(self, role: Membership) -> str:
        """How many days it still lasts; nothing for one without an end, and for one that is over."""
        until, today = role.valid_during.upper, timezone.localdate()
        return str((until - today).days) if until and until > today else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A role is granted on the person's page, where one sees what else they hold."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the province touches the roles of the province; a single row is changed by the two actions."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a role ends on a day and is kept."""
        return False

    @admin.action(description=_("Kết thúc ngay"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        """End the chosen roles: from the next click they open nothing."""
        number = self._each(request, queryset, lambda role, actor: terms.end(role, actor=actor))
        messages.success(request, _now("Đã kết thúc %(number)d vai trò.") % {"number": number})

    @admin.action(description=_("Gia hạn thêm một năm"), permissions=["change"])
    def extend_by_a_year(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        """Let the chosen roles last a year longer; one without an end needs nothing."""
        bounded = queryset.filter(valid_during__endswith__isnull=False)
        number = self._each(
            request,
            bounded.exclude(role__in=TWO_HEADED),
            lambda role, actor: terms.extend(role, role.valid_during.upper + ONE_YEAR, actor=actor),
        )
        messages.success(request, _now("Đã gia hạn %(number)d vai trò.") % {"number": number})
        proposed = self._each(
            request,
            bounded.filter(role__in=TWO_HEADED),
            lambda role, actor: propose_longer(role, role.valid_during.upper + ONE_YEAR, by=actor),
        )
        if proposed:
            text = _now("Đã đề nghị gia hạn %(number)d vai trò: một quản trị khác đồng ý thì mới có hiệu lực.")
            messages.success(request, text % {"number": proposed})

    def _each(self, request: HttpRequest, rows: QuerySet[Membership], verb: Callable[[Membership, Any], Any]) -> int:
        """Do it to each that the reader may touch and say why to the others; return how many were done."""
        must_be_proved(request)
        done = 0
        for role in rows.select_related("user", "agency"):
            if role.role in PROVINCIAL and not sees_everything(request.user):
                continue
            try:
                verb(role, request.user)
                done += 1
            except RoleIsOver:
                messages.warning(request, _now("%(role)s: đã hết hiệu lực, hãy cấp lại.") % {"role": role})
            except OwnRole:
                messages.error(request, _now("%(role)s: không ai tự gia hạn vai trò của mình.") % {"role": role})
            except AlreadyProposed:
                messages.warning(request, _now("%(role)s: đã có đề nghị, đang chờ người thứ hai.") % {"role": role})
            except LastProvinceAdmin:
                messages.error(request, _now("%(role)s: tỉnh phải luôn còn một quản trị tỉnh.") % {"role": role})
            except IntegrityError:
                messages.error(request, _now("%(role)s: người này đã được cấp lại vai trò đó.") % {"role": role})
        return done
