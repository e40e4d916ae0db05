"""Side bar of the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from payments.accounting.access import entrance_of

#: Address → who may see it.
_PAGES = {
    "onboarding": "agencies.view_onboardingstep",
    "structure": "agencies.view_agency",
    "reform": "agencies.add_reform",
    "gateways": "payments.view_merchantaccount",
    "undelivered": "payments.view_notification",
    "read-only": "portal.view_readonlyspan",
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the pages of the province that somebody may open, then their tables, then the way back."""
    titles = {
        "onboarding": _("Triển khai"),
        "structure": _("Cơ cấu tổ chức"),
        "reform": _("Sáp nhập, chia tách, giải thể"),
        "gateways": _("Cổng thanh toán"),
        "undelivered": _("Tin không đến nơi"),
        "read-only": _("Chế độ chỉ xem"),
    }
    items = [
        {"title": titles[name], "link": reverse(name)} for name, right in _PAGES.items() if request.user.has_perm(right)
    ]
    pages = [{"title": _("Toàn tỉnh"), "items": items}] if items else []
    tables = [
        {
            "title": app["name"],
            "items": [{"title": model["name"], "link": model["admin_url"]} for model in app["models"]],
        }
        for app in admin.site.get_app_list(request)
    ]
    return [*pages, *tables, {"title": _("Trang khác"), "items": _way_back(request)}]


def _way_back(request: HttpRequest) -> list[dict[str, Any]]:
    """Where else in the product somebody works; the administration has no other way out."""
    entrance = entrance_of(request.user)
    return [
        {"title": _("Quầy"), "link": reverse("desk")},
        *([{"title": _("Đối soát"), "link": reverse(entrance)}] if entrance else []),
        {"title": _("Báo cáo"), "link": reverse("report")},
        {"title": _("Trang của người dân"), "link": reverse("home")},
    ]
