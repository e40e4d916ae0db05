"""What stands above the tables in the administration's side bar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

#: Address → who may see it.
_PAGES = {"onboarding": "agencies.view_onboardingstep", "reform": "agencies.add_reform"}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the pages of the province that somebody may open."""
    titles = {"onboarding": _("Triển khai"), "reform": _("Sáp nhập, chia tách, giải thể")}
    items = [
        {"title": titles[name], "link": reverse(name)} for name, right in _PAGES.items() if request.user.has_perm(right)
    ]
    return [{"title": _("Toàn tỉnh"), "items": items}] if items else []
