"""Sessions of a user, and ending them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from agencies import people
from agencies.models import User
from core.values.text import row_key


class SessionPages:
    """For the `ModelAdmin` of people."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        page = path("<int:object_id>/phien/", self.admin_site.admin_view(self.sessions), name="agencies_user_sessions")
        return [page, *super().get_urls()]  # type: ignore[misc]

    def has_sessions_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the button is shown; the page itself asks about the person."""
        return bool(self.has_change_permission(request))  # type: ignore[attr-defined]

    @action(description=_("Nơi đang đăng nhập"), permissions=["sessions"])
    def go_to_sessions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Lead there."""
        return redirect(reverse("admin:agencies_user_sessions", args=[object_id]))

    def sessions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """GET lists them, POST ends one (`session`) or all."""
        person: User = get_object_or_404(self.get_queryset(request), pk=object_id)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, person):  # type: ignore[attr-defined]
            raise PermissionDenied
        if request.method == "POST":
            actor: Any = request.user
            chosen = request.POST.get("session", "")
            number = people.end_sessions(person, actor=actor, only=row_key(chosen) if chosen else None)
            messages.success(request, _("Đã kết thúc %(number)d phiên làm việc.") % {"number": number})
            return redirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Nơi đang đăng nhập"),
            "person": person,
            "sessions": people.live_sessions(person),
            "opts": self.opts,
        }
        return TemplateResponse(request, "agencies/admin/sessions.html", context)
