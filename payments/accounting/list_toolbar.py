"""Toolbar of every list: saved filters, and the list as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.exports.definitions import LISTS, Listing
from payments.exports.params import MOST_COUNTED
from payments.models import SavedFilter

from .access import AccountingStaff

#: Parameters of a filter as their boxes are named; what is searched for is never "not understood".
_NAMES = {
    "kind": gettext_lazy("Loại"),
    "state": gettext_lazy("Trạng thái"),
    "owner": gettext_lazy("Người phụ trách"),
    "gateway": gettext_lazy("Cổng"),
    "agency": gettext_lazy("Cơ quan"),
    "year": gettext_lazy("Năm"),
    "from": gettext_lazy("Từ ngày"),
    "to": gettext_lazy("Đến ngày"),
    "order": gettext_lazy("Thứ tự"),
}


@dataclass(frozen=True, slots=True)
class Tools:
    """`query` is the present filter as it is kept; `is_long`: its file is made in the background."""

    listing: Listing
    query: str
    saved: list[SavedFilter]
    is_long: bool


def tools_of(request: HttpRequest, staff: AccountingStaff, listing: Listing, count: int) -> Tools:
    """Return what the page of a list offers beside its rows."""
    for complaint in complaints(listing, request.GET, listing.choose(staff, request.GET)):
        messages.warning(request, complaint)
    saved = SavedFilter.objects.filter(user=staff.user, listing=listing.slug)
    return Tools(listing, listing.query(request.GET), list(saved), count > MOST_COUNTED)


def complaints(listing: Listing, given: Mapping[str, str], chosen: Mapping[str, Any]) -> list[str]:
    """Return what of an address was not understood and so is not part of the filter, in words for its reader."""
    ignored = [
        f"{_NAMES[key]} “{given[key][:40]}”"
        for key in listing.keys
        if key in _NAMES and given.get(key) and given[key] != str(chosen[key] or "")
    ]
    sentences = [_("Không hiểu, nên không lọc theo: %(what)s.") % {"what": what} for what in ignored]
    first, last = chosen.get("from"), chosen.get("to")
    if first and last and first > last:
        days = {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
        sentences.append(_("Từ ngày %(first)s sau đến ngày %(last)s: không có gì để hiện. Đổi chỗ cho nhau.") % days)
    elif first and first > timezone.localdate():
        sentences.append(_("Từ ngày %(first)s còn ở tương lai: chưa có gì để hiện.") % {"first": f"{first:%d/%m/%Y}"})
    return sentences


def listing_of(slug: str) -> Listing:
    """Return a list by its name in addresses; anything else is not found."""
    if slug not in LISTS:
        raise Http404
    return LISTS[slug]


def back_to(listing: Listing, query: str) -> HttpResponse:
    """Lead to the page of a list under a filter."""
    return redirect(reverse(listing.page) + (f"?{query}" if query else ""))
