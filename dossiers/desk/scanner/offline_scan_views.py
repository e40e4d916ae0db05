"""Looks up what was scanned while offline. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dossiers.desk import list_audit
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.desk.worklists import Row, row_of

from . import lookup

#: What a browser keeps (static/js/desk/offline.js), and how many dossiers of one name are shown.
MOST_SCANS, MOST_FOUND = 20, 3


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan under the number its browser gave it, and what it means."""

    nonce: str
    text: str
    rows: list[Row]


@require_POST
@for_staff
def look_up(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """Answer each scan (`lan` its number, `quet` its text); the browser forgets those that are answered."""
    now, today = timezone.now(), timezone.localdate()
    sent_scans = list(zip(request.POST.getlist("lan"), request.POST.getlist("quet"), strict=False))[:MOST_SCANS]
    scans = []
    for nonce, sent in sent_scans:
        text = lookup.tidy(sent)
        exact = lookup.one(staff, text, today)
        dossiers = staff.dossiers().filter(pk=exact.pk) if exact else lookup.many(staff, text, today).order_by("-pk")
        scans.append(Scan(nonce[:40], text, [row_of(each, now) for each in dossiers.with_bills()[:MOST_FOUND]]))
    shown = [row.dossier.code for scan in scans for row in scan.rows]
    list_audit.note(staff, shown, view="scans", is_search=True)
    return render(request, "dossiers/desk/_scans.html", {"scans": scans})
