"""The administration site under `/admin/`: who may enter, and how."""

from __future__ import annotations

import functools
from typing import Any

from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from agencies.admin_periods import in_words
from agencies.authorization import ADMINISTRATION, roles_today
from agencies.models import Agency
from core.values.text import row_key


class _Offered(AutocompleteJsonView):
    """What a box of an agency offers: of two with one name the dates show which is meant."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """Add the days to an agency that does not exist today."""
        option: dict[str, str] = super().serialize_result(obj, to_field_name)
        if isinstance(obj, Agency) and timezone.localdate() not in obj.valid_during:
            option["text"] += f" ({in_words(obj.valid_during)})"
        return option


def _of_a_row(view: Any) -> Any:
    """Let a page about one row be asked for keys only: every table of ours is keyed by a number."""

    @functools.wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "object_id" in kwargs and not row_key(str(kwargs["object_id"])):
            raise Http404
        return view(request, *args, **kwargs)

    return page


class Administration(UnfoldAdminSite):
    """Unfold's site, entered by the roles of today and signed in to with the second factor."""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Deleting by the dozen leaves no word of what was in the rows.
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Admit those with a role that administers or audits, and whoever installed the system (`is_staff`)."""
        user: Any = request.user
        return bool(user.is_active and (user.is_staff or roles_today(user) & ADMINISTRATION))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer the box above the menu. Raises Http404 for a page there is not."""
        try:
            response: HttpResponse = super().search(request, extra_context)
            return response
        except InvalidPage as error:
            raise Http404 from error

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        """Answer what somebody typed into a box."""
        return _Offered.as_view(admin_site=self)(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page of the administration, and say so on it (tests/authorization/test_guards.py)."""
        guarded = super().admin_view(_of_a_row(view), cacheable)
        guarded.guard = "administration"
        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the one sign-in: Django's own form here asks for no second factor. Raises PermissionDenied."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next", "")
        is_ours = target.startswith("/admin/")
        return redirect_to_login(target if is_ours else "/admin/", str(settings.LOGIN_URL))
