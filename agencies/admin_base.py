"""Base classes of the administration: rows limited to the agencies a user may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import IntegerField, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import Promise
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from core.values.form_fields import MoneyField

from .audit import diff
from .audit import record as audit
from .authorization import ADMINISTRATORS, agencies_of, sees_everything
from .models import Agency
from .reauthentication import recently_proved_method


def administered_by(user: Any) -> set[int]:
    """Return the agencies somebody administers today, with their predecessors; every agency for the province's."""
    return agencies_of(user, timezone.localdate(), roles=ADMINISTRATORS)


class WithMoney:
    """For a page or an inline with amounts: read as people write them, never as a browser's field of numbers does."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Read a column of whole đồng as money."""
        if is_money(db_field):
            kwargs |= {"form_class": MoneyField, "widget": UnfoldAdminTextInputWidget({"inputmode": "numeric"})}
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


def is_money(db_field: Any) -> bool:
    """Tell whether a column holds whole đồng: its label says so to people, too."""
    with translation.override("vi"):
        return isinstance(db_field, IntegerField) and "(đồng)" in str(db_field.verbose_name)


class WithWords:
    """For a page or an inline whose columns hold codes: in the list and to whoever only reads, each is its words."""

    #: Column → its words; a `WordsFilter` reads them, too.
    words: ClassVar[Mapping[str, Callable[[Any], object]]] = {}

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        """Show words in the list."""
        return [self._said(name) for name in super().get_list_display(request)]  # type: ignore[misc]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Show words on the page of a row that its reader cannot change."""
        fields: Sequence[Any] = super().get_fields(request, obj)  # type: ignore[misc]
        return fields if self._is_edited(request, obj) else [self._said(field) for field in fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """No form has a field for words."""
        fields: Sequence[Any] = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return fields if self._is_edited(request, obj) else [*fields, *map(self._said, self.words)]

    def _is_edited(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or self.has_change_permission(request, obj)  # type: ignore[attr-defined]

    def _said(self, field: Any) -> Any:
        """Return the column of words for one of codes; for a group of fields, the group with such columns."""
        if isinstance(field, tuple | list):
            return tuple(map(self._said, field))
        if field not in self.words:
            return field
        read, column = self.words[field], self.opts.get_field(field)  # type: ignore[attr-defined]

        @admin.display(description=column.verbose_name, ordering=field)
        def said(row: Any) -> str:
            value = getattr(row, field)
            return str(read(value)) if value not in (None, "", []) else "-"

        name = f"{field}_in_words"
        setattr(self, name, said)
        return name


class NotFoundOutside:
    """Answers 404 for a row outside of one's list, as everywhere."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Django would lead to the start page and say the number back. Raises Http404."""
        raise Http404


class AuditedAdmin(WithWords, NotFoundOutside, WithMoney, ModelAdmin):
    """Writes into the audit what a page changed: each field before and after, and the rows under it."""

    #: Field → what it is for, beside what the model itself says.
    helps: ClassVar[dict[str, Promise]] = {}
    #: The act in the audit; without one it is `row_added` or `row_changed`.
    audited_as = ""
    #: What the audit calls these rows; without one by the model's name.
    audit_name = ""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Say of a field what it is for."""
        if db_field.name in self.helps:
            kwargs["help_text"] = self.helps[db_field.name]
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Record it with the change itself: both are saved or neither."""
        super().save_related(request, form, formsets, change)
        changes = diff.of_page(form, formsets)
        if changes or not change:
            self._record(request, self.audited_as or ("row_changed" if change else "row_added"), form.instance, changes)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Record what the row said before it is gone."""
        self._record(request, "row_deleted", obj, diff.of_deleted(obj))
        super().delete_model(request, obj)

    def _record(self, request: HttpRequest, act: str, row: Any, changes: list[diff.Change]) -> None:
        actor: Any = request.user
        agency = row if isinstance(row, Agency) else getattr(row, "agency", None)
        subject = f"{self.audit_name or self.opts.model_name}:{row.pk}"
        detail = {"model": row._meta.label_lower, "name": str(row), "changes": changes}
        audit.record(act, subject, actor=actor, agency=agency, **detail)


class ProvedAdmin(AuditedAdmin):
    """Asks who changes a row to prove again who they are: for rows that say who may do what, and where money goes."""

    @recently_proved_method
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Reading needs no re-authentication."""
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return response


class ScopedAdmin(AuditedAdmin):
    """Shows an agency's administrator the rows of that agency; any other row is not found."""

    #: The way from a row to its agency.
    agency_path = "agency"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrow every list, page, search and action to what somebody administers."""
        rows: QuerySet[Any] = super().get_queryset(request)
        if sees_everything(request.user):
            return rows
        return rows.filter(**{f"{self.agency_path}__in": administered_by(request.user)})


class ReadOnlyAdmin(ScopedAdmin):
    """Facts that nobody edits; whoever opens one is written down."""

    # Counting a million rows to say how many there are beside those found takes longer than finding them.
    show_full_result_count = False
    is_view_recorded = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Record that somebody read this row: it names a person, an account or a sum."""
        if self.is_view_recorded and self.get_object(request, object_id) is not None:
            user: Any = request.user
            audit.record("view", f"{self.opts.model_name}:{object_id}"[:80], actor=user)
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response
