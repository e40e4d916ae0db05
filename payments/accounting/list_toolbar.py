"""Toolbar of every list: saved filters, and the list as a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from payments.exports.definitions import LISTS, Listing
from payments.exports.params import MOST_COUNTED
from payments.models import SavedFilter

from .access import AccountingStaff


@dataclass(frozen=True, slots=True)
class Tools:
    """`query` is the present filter as it is kept; `is_long`: its file is made in the background."""

    listing: Listing
    query: str
    saved: list[SavedFilter]
    is_long: bool


def tools_of(request: HttpRequest, staff: AccountingStaff, listing: Listing, count: int) -> Tools:
    """Return what the page of a list offers beside its rows."""
    saved = SavedFilter.objects.filter(user=staff.user, listing=listing.slug)
    return Tools(listing, listing.query(request.GET), list(saved), count > MOST_COUNTED)


def listing_of(slug: str) -> Listing:
    """Return a list by its name in addresses; anything else is not found."""
    if slug not in LISTS:
        raise Http404
    return LISTS[slug]


def back_to(listing: Listing, query: str) -> HttpResponse:
    """Lead to the page of a list under a filter."""
    return redirect(reverse(listing.page) + (f"?{query}" if query else ""))
