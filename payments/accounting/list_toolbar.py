"""Toolbar of every list: saved filters, and the list as a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payments.exports.definitions import LISTS, Listing
from payments.exports.params import MOST_COUNTED
from payments.models import SavedFilter

from .access import AccountingStaff, for_accountants

#: More would be no help to anybody who looks for one.
MOST_SAVED = 30


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


@require_POST
@for_accountants
def save(request: HttpRequest, staff: AccountingStaff, listing: str) -> HttpResponse:
    """Keep the present filter under a name; the same name again takes the new filter."""
    filtered = listing_of(listing)
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:60]
    query = filtered.query(QueryDict(request.POST.get("query", "")[:2000]))
    mine = SavedFilter.objects.filter(user=staff.user, listing=filtered.slug)
    if not name:
        messages.error(request, _("Ghi tên cho bộ lọc rồi lưu lại."))
    elif not mine.filter(name=name).exists() and mine.count() >= MOST_SAVED:
        messages.error(request, _("Đã có %(n)s bộ lọc. Xóa một bộ lọc không dùng nữa trước.") % {"n": MOST_SAVED})
    else:
        SavedFilter.objects.update_or_create(
            user=staff.user, listing=filtered.slug, name=name, defaults={"query": query[:500]}
        )
        messages.success(request, _("Đã lưu bộ lọc “%(name)s”.") % {"name": name})
    return back_to(filtered, query)


@require_POST
@for_accountants
def change(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponse:
    """Give one's own saved filter another name, or remove it."""
    saved_filter = get_object_or_404(SavedFilter, pk=pk, user=staff.user)
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:60]
    namesakes = SavedFilter.objects.filter(user=staff.user, listing=saved_filter.listing, name=name).exclude(pk=pk)
    if request.POST.get("act") == "delete":
        saved_filter.delete()
        messages.success(request, _("Đã xóa bộ lọc “%(name)s”.") % {"name": saved_filter.name})
    elif not name or namesakes.exists():
        messages.error(request, _("Chọn một tên khác: tên này trống hoặc đã có."))
    else:
        SavedFilter.objects.filter(pk=pk).update(name=name)
        messages.success(request, _("Đã đổi tên thành “%(name)s”.") % {"name": name})
    return back_to(listing_of(saved_filter.listing), saved_filter.query)
