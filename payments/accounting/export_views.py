"""Exports: short lists at once, long ones written in the background."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agencies.audit import record as audit
from core.background import wakeup
from core.spreadsheets import csv_lines
from payments.exports import write as exports_write
from payments.exports.definitions import LISTS, Listing
from payments.exports.params import MOST_COUNTED, choice, page_of
from payments.models import Export
from payments.models.exports import ExportState

from .access import AccountingStaff, for_accountants
from .list_toolbar import back_to, listing_of


@require_GET
@for_accountants
def export(request: HttpRequest, staff: AccountingStaff, listing: str, form: str) -> HttpResponseBase:
    """Give out a list under the filter of the address; a long one has to be asked for on its page."""
    if form not in exports_write.FORMATS:
        raise Http404
    exported = listing_of(listing)
    chosen = exported.choose(staff, request.GET)
    query = exported.query(request.GET)
    rows = exported.rows(staff, chosen).order_by()
    if rows[: MOST_COUNTED + 1].count() > MOST_COUNTED:
        messages.info(request, _("Danh sách dài hơn 10.000 dòng: bấm “Tạo tệp”, hệ thống tạo ở nền rồi báo."))
        return back_to(exported, query)
    audit.record("export_list", f"list:{exported.slug}", actor=staff.user, query=query, format=form)
    if form == "csv":
        lines = csv_lines([column.heading for column in exported.columns], exported.lines(staff, chosen))
        response: HttpResponseBase = StreamingHttpResponse(lines, content_type=exports_write.FORMATS[form])
    else:
        book = BytesIO()
        exports_write.write(book, exported, staff, chosen, form, exported.lines(staff, chosen))
        response = HttpResponse(book.getvalue(), content_type=exports_write.FORMATS[form])
    name = exports_write.file_name(exported.slug, form, query)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@for_accountants
def ask(request: HttpRequest, staff: AccountingStaff, listing: str) -> HttpResponse:
    """Have a list written in the background."""
    exported = listing_of(listing)
    form = choice(request.POST, "format", exports_write.FORMATS, "csv")
    query = exported.query(QueryDict(request.POST.get("query", "")[:2000]))[:500]
    export = exports_write.ask(exported, query, form, staff=staff, language=get_language() or "vi")
    if export is None:
        messages.error(request, _("Bạn đang có đủ tệp chờ tạo. Chờ một tệp xong rồi tạo tiếp."))
        return back_to(exported, query)
    wakeup.enqueue("payments.write_exports")
    return redirect("accounting-exports")


def _mine(staff: AccountingStaff) -> list[tuple[Export, Listing]]:
    exports = Export.objects.filter(user=staff.user, listing__in=LISTS)
    return [(export, LISTS[export.listing]) for export in exports[:50]]


@require_GET
@for_accountants
def exports(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """My files: waiting, being written, ready until when."""
    return render(
        request, "payments/accounting/exports.html", {"staff": staff, "files": page_of(request, _mine(staff))}
    )


@require_GET
@for_accountants
def exports_state(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """The part of that page which is asked for again while a file is being written."""
    return render(
        request, "payments/accounting/_exports.html", {"staff": staff, "files": page_of(request, _mine(staff))}
    )


@require_GET
@for_accountants
def exported_file(request: HttpRequest, staff: AccountingStaff, pk: int) -> HttpResponseBase:
    """Give a file to whoever had it made, as long as they still see every agency whose rows are in it."""
    now = timezone.now()
    export = get_object_or_404(Export, pk=pk, user=staff.user, state=ExportState.READY, expires_at__gt=now)
    if not staff.sees.issuperset(export.agencies):
        raise PermissionDenied
    if not export.file.storage.exists(str(export.file.name)):
        raise Http404
    audit.record("export_taken", f"export:{export.pk}", actor=staff.user, list=export.listing, query=export.query)
    Export.objects.filter(pk=pk, taken_at=None).update(taken_at=now)
    name = exports_write.file_name(export.listing, export.format, export.query)
    return FileResponse(
        export.file.open(), as_attachment=True, filename=name, content_type=exports_write.FORMATS[export.format]
    )


@require_GET
@for_accountants
def columns(request: HttpRequest, staff: AccountingStaff) -> HttpResponse:
    """Documentation of each column of each file."""
    return render(request, "payments/accounting/columns.html", {"staff": staff, "lists": LISTS.values()})
