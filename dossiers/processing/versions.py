"""Which version of a dossier somebody has before them: a form acts on the one it was opened in, or not at all.

A version changes with every step of the dossier or its draft, whom it was given to and what was put in writing; not
with money, which has rules of its own, nor with papers that the citizen adds.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from dossiers.errors import DossierMoved
from dossiers.models import Assignment, Dossier, DossierEvent, EventKind, WrittenNotice
from dossiers.models.dossier import DossierQuerySet

#: What moves a dossier, or its draft to a signer and back.
STEPS = (
    EventKind.STATE_CHANGED,
    EventKind.HANDED_OVER,
    EventKind.STEP_UNDONE,
    EventKind.HAND_OVER_UNDONE,
    EventKind.SIGNING_ASKED,
    EventKind.SENT_BACK,
)
#: Lines of the timeline that make another version.
KINDS = (*STEPS, EventKind.POST_ORDERED, EventKind.POST_CHANGED, EventKind.POST_TAKEN_BACK)


def with_versions(dossiers: DossierQuerySet) -> DossierQuerySet:
    """Load each dossier's `version` with it, in the same statement."""
    parts = (
        Cast(F("state"), CharField()),
        _last(DossierEvent.objects.filter(kind__in=KINDS)),
        _last(Assignment.objects.all()),
        _last(WrittenNotice.objects.all()),
    )
    first, *rest = parts
    return dossiers.annotate(version=Concat(first, *(each for part in rest for each in (Value("-"), part))))


def _last(rows: QuerySet[DossierEvent] | QuerySet[Assignment] | QuerySet[WrittenNotice]) -> Cast:
    """Return the id of a dossier's last row as text, 0 where there is none."""
    newest = rows.filter(dossier=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    return Cast(Coalesce(Subquery(newest), 0), CharField())


def as_it_is(dossier: Any) -> Dossier:
    """Note that somebody sees a dossier in the version that was loaded with it."""
    dossier.seen = dossier.version
    seen: Dossier = dossier
    return seen


def check_seen(dossier: Dossier) -> None:
    """Refuse to act on a version that is over; the caller holds the row's lock. Raises DossierMoved."""
    if not dossier.seen:
        return  # nobody's form
    now: Any = with_versions(Dossier.objects.filter(pk=dossier.pk)).only("state").get()
    if now.version != dossier.seen:
        raise DossierMoved(now.state)
