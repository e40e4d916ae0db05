"""Writes lists as files in the background: requested by a person, written by worker or sweeper, kept for a day.

A file is one row of `Export` until it is ready. Whoever writes holds a lease and renews it with
the progress, so a process that dies leaves the file to the next one; the right of whoever asked
is looked at when the writing begins, and again when the file is given out.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import IO

from django.core.files import File
from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from core.database.pieces import PIECE
from core.spreadsheets import MOST_ROWS, Cell, csv_lines, write_xlsx
from payments.accounting.access import AccountingStaff, staff_of
from payments.exports.definitions.base import SEARCH, Chosen
from payments.models import Export
from payments.models.exports import ExportState

from .definitions import LISTS, Listing

logger = logging.getLogger(__name__)

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KEPT = timedelta(hours=24)
#: How long the line of a file that is gone is still shown.
REMEMBERED = timedelta(days=30)
LEASE = timedelta(minutes=2)
#: A file that fails so often fails for a reason that another try does not mend.
MOST_ATTEMPTS = 3
#: Of one person at a time: a worker writes one after the other.
MOST_WAITING = 3
AT_WORK = (ExportState.WAITING, ExportState.WORKING)


class _Stopped(Exception):
    """This file is not to be written any further here; `reason` is for whoever asked, or empty."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


def ask(listing: Listing, query: str, form: str, *, staff: AccountingStaff, language: str) -> Export | None:
    """Ask for a file; None when somebody has enough of them waiting. The same one again is the first one."""
    waiting = Export.objects.filter(user=staff.user, state__in=AT_WORK)
    if same := waiting.filter(listing=listing.slug, query=query, format=form).first():
        return same
    if waiting.count() >= MOST_WAITING:
        return None
    made = Export.objects.create(user=staff.user, listing=listing.slug, query=query, format=form, language=language)
    audit.record("export_asked", f"export:{made.pk}", actor=staff.user, list=listing.slug, query=query, format=form)
    return made


def work_due(limit: int = 3) -> int:
    """Delete what was kept long enough and write what waits; return how many files were written or given up."""
    forget_expired()
    now = timezone.now()
    free = Export.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), state__in=AT_WORK).order_by("id")
    taken = 0
    for waiting in free[:limit]:
        lease = timezone.now() + LEASE
        if free.filter(pk=waiting.pk).update(
            state=ExportState.WORKING, lease_until=lease, attempts=F("attempts") + 1, rows_done=0
        ):
            waiting.refresh_from_db()
            _work(waiting)
            taken += 1
    return taken


def _work(export: Export) -> None:
    try:
        if export.attempts > MOST_ATTEMPTS:
            raise _Stopped(_("Đã thử nhiều lần mà không được. Lọc hẹp hơn, hoặc báo quản trị."))
        with translation.override(export.language):
            _make(export)
    except _Stopped as stopped:
        if stopped.reason:
            _hold(export, state=ExportState.FAILED, error=stopped.reason, finished_at=timezone.now(), lease_until=None)
    except Exception:
        logger.exception("export %s was not finished; it is tried again", export.pk)


def _make(export: Export) -> None:
    if not export.user.is_active or not (staff := staff_of(export.user)).sees:
        raise _Stopped(_("Bạn không còn quyền xem danh sách này."))
    listing = LISTS[export.listing]
    chosen = listing.choose(staff, QueryDict(export.query))
    total = listing.rows(staff, chosen).order_by().count()
    if export.format == "xlsx" and total > MOST_ROWS:
        raise _Stopped(_("Excel chứa nhiều nhất 1.048.575 dòng: chọn CSV, hoặc lọc hẹp hơn."))
    _hold(export, row_count=total)
    with tempfile.TemporaryFile() as written:
        write(written, listing, staff, chosen, export.format, _counted(export, listing.lines(staff, chosen)))
        written.seek(0)
        name = f"{listing.slug}-{get_random_string(32)}.{export.format}"
        export.file.save(name, File(written), save=False)
    now = timezone.now()
    try:
        _hold(
            export,
            state=ExportState.READY,
            file=export.file.name,
            agencies=sorted(staff.sees),
            rows_done=total,
            finished_at=now,
            expires_at=now + KEPT,
            lease_until=None,
        )
    except _Stopped:
        export.file.delete(save=False)
        raise


def _hold(export: Export, **changes: object) -> None:
    """Change an export that is still ours, and renew the lease. Raises _Stopped when it is no longer."""
    held = Export.objects.filter(pk=export.pk, lease_until=export.lease_until)
    changes = {"lease_until": timezone.now() + LEASE, **changes}
    if not held.update(**changes):
        raise _Stopped
    export.lease_until = changes["lease_until"]  # type: ignore[assignment]


def _counted(export: Export, lines: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
    for number, line in enumerate(lines, 1):
        yield line
        if number % PIECE == 0:
            _hold(export, rows_done=number)


def write(
    file: IO[bytes], listing: Listing, staff: AccountingStaff, chosen: Chosen, form: str, lines: Iterable[list[Cell]]
) -> None:
    """Write the rows of a list as CSV or XLSX; a workbook explains its columns on a second sheet."""
    headings = [column.heading for column in listing.columns]
    if form == "xlsx":
        write_xlsx(file, str(listing.name), headings, lines, _notes(listing, chosen))
    else:
        file.writelines(line.encode() for line in csv_lines(headings, lines))


def _notes(listing: Listing, chosen: Chosen) -> Iterator[tuple[str, str]]:
    yield str(listing.name), _("Giờ Việt Nam (UTC+7). Số tiền là số nguyên, đồng. Dòng mới nhất trước.")
    yield _("Lúc tạo"), f"{timezone.localtime():%d/%m/%Y %H:%M:%S} (UTC+7)"
    yield _("Bộ lọc"), ", ".join(f"{name}={value}" for name, value in chosen.items() if value) or _("không lọc")
    for column in listing.columns:
        yield str(column.heading), str(column.meaning)


def file_name(listing: str, form: str, query: str = "") -> str:
    """Return what a file is called where it is saved: its list, the choices of its filter, the day it was given out.

    What was searched for may name a person and stays out of it.
    """
    given = QueryDict(query)
    chosen = [slugify(given[key])[:24] for key in LISTS[listing].keys if key != SEARCH and given.get(key)]
    chosen += ["tim"] if given.get(SEARCH) else []
    return "-".join((listing, *filter(None, chosen), f"{timezone.localdate():%Y-%m-%d}")) + f".{form}"


def forget_expired() -> int:
    """Delete the files whose time is over, and forget lines long past; return how many files."""
    now = timezone.now()
    over = list(Export.objects.filter(state=ExportState.READY, expires_at__lt=now)[:50])
    for export in over:
        export.file.delete(save=False)
        Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, file="")
    ended = (ExportState.EXPIRED, ExportState.FAILED)
    Export.objects.filter(state__in=ended, requested_at__lt=now - REMEMBERED).delete()
    return len(over)
