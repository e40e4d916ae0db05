"""Rules for every request of staff: second factor, idle time, audit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.authorization import roles_today
from agencies.citizens import citizen_of
from agencies.people import STRONG
from core.http import came_from, client_ip

#: An unattended desk is locked after so long; signing in again leads back to the same page.
IDLE_SECONDS = 30 * 60
#: How exactly activity is noted: writing it at each click would be a write per page.
NOTED_EVERY_SECONDS = 60
#: However busy somebody is: a working day later they prove again who they are.
LONGEST_SECONDS = 12 * 3600
SEEN, BEGAN, FACTOR = "seen", "began", "second_factor"
#: Pages that ask by themselves while nobody is there.
_POLLED = "/trang-thai/"
_OPEN = ("/tai-khoan/", "/i18n/", "/static/")
#: What of the account's pages a citizen needs; passwords and second factors are the provider's matter.
_OF_CITIZENS = ("/tai-khoan/logout/", "/tai-khoan/vneid/", "/tai-khoan/sessions/", "/tai-khoan/3rdparty/login/")


class StaffMiddleware:
    """Stands between the session and the views; whoever is not signed in passes without a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn away who was idle or has no second factor; note where acts come from, and refusals."""
        token = came_from.set(client_ip(request)[:45])
        try:
            if SESSION_KEY not in request.session:
                return self.get_response(request)
            response = self._turned_away(request) or self.get_response(request)
            if response.status_code == 403 and request.user.is_authenticated:
                user: Any = request.user
                audit.record("refused", request.path, actor=user, method=request.method)
            if request.path == reverse("account_logout") and request.method == "POST":
                # The desk keeps copies for when the network is away; the next person must not find them.
                response.headers["Clear-Site-Data"] = '"cache", "storage"'
            return response
        finally:
            came_from.reset(token)

    def _turned_away(self, request: HttpRequest) -> HttpResponse | None:
        now, seen, began = time.time(), request.session.get(SEEN), request.session.get(BEGAN)
        if seen and now - seen > IDLE_SECONDS:
            return _signed_out(request, _("Bạn đã được đăng xuất vì không làm việc 30 phút. Mời đăng nhập lại."))
        if began and now - began > LONGEST_SECONDS:
            return _signed_out(request, _("Bạn đã đăng nhập 12 giờ. Mời đăng nhập lại."))
        if seen and now - seen > NOTED_EVERY_SECONDS and not request.path.endswith(_POLLED):
            request.session[SEEN] = now
        is_account_page = request.path.startswith("/tai-khoan/") and not request.path.startswith(_OF_CITIZENS)
        if is_account_page and citizen_of(request.user):
            return redirect("mine")
        if settings.STAFF_MFA_REQUIRED and not request.path.startswith(_OPEN) and self._lacks_factor(request):
            messages.warning(request, _("Cán bộ phải cài xác thực hai lớp trước khi làm việc."))
            return redirect("mfa_activate_totp")
        return None

    def _lacks_factor(self, request: HttpRequest) -> bool:
        """Ask once per session; taking a factor away ends the sessions."""
        user: Any = request.user
        if not user.is_authenticated or request.session.get(FACTOR) == user.pk:
            return False
        if not (user.is_staff or user.is_superuser or roles_today(user)):
            return False
        if not Authenticator.objects.filter(user=user, type__in=STRONG).exists():
            return True
        request.session[FACTOR] = user.pk
        return False


def _signed_out(request: HttpRequest, why: str) -> HttpResponse:
    """End the session; signing in leads back to the page that was to be read."""
    logout(request)
    messages.info(request, why)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/", settings.LOGIN_URL)
