"""The audit in the administration: read, search, export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from agencies.admin_base import ReadOnlyAdmin
from agencies.admin_filters import ChosenFilter, DaysFilter
from agencies.audit import record as audit
from agencies.audit import search
from agencies.audit.detail_words import Words
from agencies.audit.words import KINDS, WORDS
from agencies.models import AuditEntry
from core.database.pieces import in_pieces
from core.spreadsheets import Cell, csv_file

#: The columns of the file: in words, and at the end as programs know them.
_COLUMNS = (
    _("Lúc"),
    _("Người làm"),
    _("Tên đăng nhập"),
    _("Việc"),
    _("Đối tượng"),
    _("Cơ quan"),
    _("Từ máy"),
    _("Thay đổi"),
    _("Chi tiết"),
    _("Mã việc"),
    _("Mã đối tượng"),
)


def act_of(entry: AuditEntry) -> str:
    """Return what was done, in words."""
    return str(WORDS.get(entry.action, entry.action))


def subject_of(entry: AuditEntry) -> str:
    """Return what it was done to: its kind, and its name or number."""
    kind, _colon, number = entry.subject.partition(":")
    if kind not in KINDS:
        return entry.subject
    return f"{KINDS[kind].name} {entry.detail.get('name') or entry.detail.get('file') or number}".rstrip()


class ActFilter(DropdownFilter):
    """What was done."""

    title = _("Việc")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer every act that has words, by these."""
        return sorted(((act, str(words)) for act, words in WORDS.items()), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Keep the entries of one act."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class KindFilter(DropdownFilter):
    """What it was done to."""

    title = _("Loại đối tượng")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer every kind of object."""
        return sorted(((kind, str(subject.name)) for kind, subject in KINDS.items()), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Keep the entries about one kind of object."""
        return queryset.filter(subject__startswith=f"{self.value()}:") if self.value() else queryset


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    """Who did what, when, where and from which machine; an agency's administrator sees the agency's."""

    is_view_recorded = False
    list_display = ["at", "actor", "act", "subject_in_words", "agency", "address"]
    list_filter = [("at", DaysFilter), ("actor", ChosenFilter), ("agency", ChosenFilter), ActFilter, KindFilter]
    list_filter_submit = True
    list_select_related = ["actor", "agency"]
    search_fields = ["subject", "actor__username", "actor__full_name", "agency__search_key"]
    search_help_text = _("Mã hồ sơ, tên người, tên tệp, mã hợp đồng, việc đã làm hoặc tên cơ quan.")
    show_full_result_count = False
    actions = ["take_away"]
    fields = ["at", "actor", "act", "linked_object", "agency", "address", "changes", "more"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find what the list shows: each word as Django does, and all of it as a line of the list reads."""
        entries, is_doubled = super().get_search_results(request, queryset, search_term)
        return entries | queryset.filter(search.matching(search_term)), is_doubled

    @admin.display(description=_("Việc"), ordering="action")
    def act(self, entry: AuditEntry) -> str:
        """What was done, in words."""
        return act_of(entry)

    @admin.display(description=_("Đối tượng"), ordering="subject")
    def subject_in_words(self, entry: AuditEntry) -> str:
        """What it was done to: its kind, and its name or number."""
        return subject_of(entry)

    @admin.display(description=_("Đối tượng"))
    def linked_object(self, entry: AuditEntry) -> SafeString | str:
        """The same, with the way to its page."""
        kind, _colon, number = entry.subject.partition(":")
        subject = KINDS.get(kind)
        if subject and subject.page:
            try:
                address = reverse(subject.page, kwargs={subject.argument: number})
            except NoReverseMatch:
                return self.subject_in_words(entry)
            return format_html('<a class="underline" href="{}">{}</a>', address, self.subject_in_words(entry))
        return self.subject_in_words(entry)

    @admin.display(description=_("Thay đổi"))
    def changes(self, entry: AuditEntry) -> SafeString | str:
        """Each field before and after."""
        rows = list(Words().changes(entry))
        return render_to_string("agencies/admin/audit_changes.html", {"rows": rows}) if rows else "–"

    @admin.display(description=_("Chi tiết"))
    def more(self, entry: AuditEntry) -> SafeString | str:
        """What else the entry says."""
        more = list(Words().details(entry))
        return render_to_string("agencies/admin/audit_more.html", {"more": more}) if more else "–"

    @admin.action(description=_("Tải về bảng tính (CSV)"), permissions=["view"])
    def take_away(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> StreamingHttpResponse:
        """Stream the chosen entries, or all of the filter; that somebody took them is an entry too."""
        user: Any = request.user
        audit.record("export_audit", "audit", actor=user, filter=request.GET.urlencode()[:500])
        return csv_file(f"nhat-ky-{timezone.localdate()}.csv", [str(name) for name in _COLUMNS], _rows(queryset))


def _rows(entries: QuerySet[AuditEntry]) -> Iterator[list[Cell]]:
    """Yield the cells of `_COLUMNS`; the moment with its offset, as a court reads it."""
    words = Words()
    for entry in in_pieces(entries):
        changes = (f"{what}: {before or '–'} → {after or '–'}" for what, before, after in words.changes(entry))
        yield [
            timezone.localtime(entry.at).isoformat(),
            str(entry.actor) if entry.actor else "",
            entry.actor.username if entry.actor else "",
            act_of(entry),
            subject_of(entry),
            entry.agency.name if entry.agency else "",
            entry.address,
            "; ".join(changes),
            "; ".join(f"{name}: {value}" for name, value in words.details(entry)),
            entry.action,
            entry.subject,
        ]
