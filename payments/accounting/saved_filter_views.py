"""Saved filters: keep the present one under a name, rename it, remove it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payments.models import SavedFilter

from .access import AccountingStaff, for_accountants
from .list_toolbar import back_to, listing_of

#: More would be no help to anybody who looks for one.
MOST_SAVED = 30


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
