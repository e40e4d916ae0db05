"""The site under `/admin/`: who gets in, and by which door."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite

from agencies.rights import ADMINISTRATION, roles_today


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

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the one sign-in: Django's own form here asks for no second factor. Raises PermissionDenied."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next", "")
        is_ours = target.startswith("/admin/")
        return redirect_to_login(target if is_ours else "/admin/", str(settings.LOGIN_URL))
