"""The audit, to be read, searched and taken away by those who audit."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from . import audit
from .administering import ReadOnlyAdmin
from .audit_words import WORDS
from .models import AuditEntry
from .spreadsheets import harmless

#: More is for a narrower filter: a spreadsheet takes 1,048,576 rows.
MOST_ROWS = 100_000


class _Line:
    """Lets `csv` write into a stream: what it writes is what it returns."""

    def write(self, line: str) -> str:
        return line


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    """Who did what, when, where and from which machine; an agency's administrator sees the agency's."""

    is_view_recorded = False
    list_display = ["at", "actor", "act", "subject", "agency", "address"]
    list_filter = [("at", RangeDateFilter), "action"]
    list_filter_submit = True
    list_select_related = ["actor", "agency"]
    search_fields = ["subject", "actor__username", "actor__full_name", "agency__search_key"]
    show_full_result_count = False
    actions = ["take_away"]

    @admin.display(description=_("Việc"), ordering="action")
    def act(self, entry: AuditEntry) -> str:
        """What was done, in words."""
        return str(WORDS.get(entry.action, entry.action))

    @admin.action(description=_("Tải về bảng tính (CSV)"), permissions=["view"])
    def take_away(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> StreamingHttpResponse:
        """Stream the chosen entries, or all of the filter; that somebody took them is an entry too."""
        user: Any = request.user
        audit.record("export_audit", "audit", actor=user, filter=request.GET.urlencode()[:500])
        response = StreamingHttpResponse(_lines(queryset[:MOST_ROWS]), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="nhat-ky-{timezone.localdate()}.csv"'
        return response


def _lines(rows: QuerySet[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"
    fields = ("at", "actor", "action", "subject", "agency", "address", "detail")
    yield writer.writerow([str(AuditEntry._meta.get_field(name).verbose_name) for name in fields])  # type: ignore[union-attr]
    for row in rows.iterator(2000):
        texts = (
            row.actor.username if row.actor else "",
            row.action,
            row.subject,
            row.agency.name if row.agency else "",
            row.address,
            json.dumps(row.detail, ensure_ascii=False),
        )
        yield writer.writerow((timezone.localtime(row.at).isoformat(), *(harmless(text) for text in texts)))
