"""What the pages of the administration have in common: their rows are those of the agencies somebody sees."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin

from . import audit
from .models import Role
from .rights import sees_everything
from .scope import agencies_of


def administered_by(user: Any) -> set[int]:
    """Return the agencies somebody administers today, with their predecessors; every agency for the province's."""
    return agencies_of(user, timezone.localdate(), roles=(Role.AGENCY_ADMIN, Role.PROVINCE_ADMIN))


class NotFoundOutside:
    """Answers 404 for a row outside of one's list, as everywhere."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Django would lead to the start page and say the number back. Raises Http404."""
        raise Http404


class ScopedAdmin(NotFoundOutside, ModelAdmin):
    """Shows an agency's administrator the rows of that agency; any other row is not found."""

    #: The way from a row to its agency.
    agency_path = "agency"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrow every list, page, search and action to what somebody administers."""
        rows = super().get_queryset(request)
        if sees_everything(request.user):
            return rows
        return rows.filter(**{f"{self.agency_path}__in": administered_by(request.user)})


class ReadOnlyAdmin(ScopedAdmin):
    """Facts that nobody edits; whoever opens one is written down."""

    is_view_recorded = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Record that somebody read this row: it names a person, an account or a sum."""
        if self.is_view_recorded and self.get_object(request, object_id) is not None:
            user: Any = request.user
            audit.record("view", f"{self.opts.model_name}:{object_id}"[:80], actor=user)
        return super().change_view(request, object_id, form_url, extra_context)
