"""Every view says who may open it: by the guard around it, or by a line here. Nothing is open by default (S-22).

The matrix asks whether it is true; this asks whether somebody thought of it.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from portal.administration.site import Administration
from tests.support.matrix import addresses


def names(text: str) -> list[str]:
    """Read a list of names."""
    return text.split()


#: Open to everybody, because what they show or take is.
PUBLIC = names("""
home procedures procedure guide glossary counters counter poster poster-file figures style-page gateway-status
schema api-docs developers problem robots
security-txt health-live health-ready set_language verify verify-receipt desk-worker mine phones
csp-report suggest
""")
#: Open to this machine or a token (portal/metrics_views.py).
OF_MACHINES = names("metrics")
#: Open to who has the address: 128 random bits.
BY_TOKEN = names("""
bill bill-state transfer transfer-picture pay pay-at-counter charged receipt receipt-file slip
window-code
""")
#: Open to the browser that proved a right before: a draft it began, a dossier it opened.
BY_SESSION = names("""
submit-step submit-papers submit-paper-remove submit-check dossier dossier-supplement dossier-papers dossier-rating
dossier-by-post dossier-not-by-post dossier-withdraw dossier-data dossier-data-file dossier-erase pay-in-a-row
pay-by-transfers pay-by-transfers-file gateway-return own-receipts-file shared-computer leave leave-idle
""")
#: Where a right is proved: by PIN, one-time code, or by beginning a draft.
PROVING = names("lookup lookup-send lookup-code submit submit-resume submit-resume-code pay-together admin:login")
#: Banks sign what they send.
BY_SIGNATURE = names("vietinbank-inquire vietinbank-notify gateway-notify")
DECLARED = {*PUBLIC, *OF_MACHINES, *BY_TOKEN, *BY_SESSION, *PROVING, *BY_SIGNATURE}
#: allauth's own pages ask for themselves; the matrix has each.
ALLAUTH = ("account_", "mfa_", "socialaccount_", "usersessions_", "vneid_")


def guard_of(name: str, pattern: URLPattern) -> str:
    """Return who lets people in at an address, or nothing."""
    view: Any = pattern.callback
    api = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if declared := getattr(view, "guard", ""):
        return str(declared)
    if isinstance(getattr(view, "admin_site", None), Administration) or hasattr(view, "model_admin"):
        return "administration"
    if isinstance(api, type) and issubclass(api, APIView) and IsAuthenticated in api.permission_classes:
        return "key"
    return "allauth" if name.startswith(ALLAUTH) else ""


def test_every_view_says_who_may_open_it() -> None:
    open_to_all = {name for name, pattern in addresses() if not guard_of(name, pattern)}
    assert open_to_all - DECLARED == set(), "guard it, or say here why it needs none"
    assert DECLARED - open_to_all == set(), "it has a guard now, or is gone"


def test_a_view_without_a_guard_is_found() -> None:
    assert guard_of("new", path("new/", lambda request: HttpResponse())) == ""


@pytest.mark.parametrize(
    ("package", "guard"), [("dossiers.desk", "staff"), ("payments.accounting", "accountants"), ("payments.api", "key")]
)
def test_each_part_of_the_site_has_one_door(package: str, guard: str) -> None:
    inside = {
        name: guard_of(name, pattern)
        for name, pattern in addresses()
        if pattern.callback.__module__.startswith(package) and name not in DECLARED
    }
    assert inside and set(inside.values()) == {guard}
