"""Which dossiers a browser may open, by what it has proved.

A citizen signed in by VNeID opens the dossiers with their căn cước number, and those that they handed in while they
were signed in, also for others. Whoever typed the number or the name on a form proves nothing by it, and twelve digits
of another state's passport are nobody's căn cước.
"""

from __future__ import annotations

from django.http import HttpRequest

from agencies.citizens import citizen_of
from core.values import identity
from core.values.documents import FOREIGN
from dossiers.models import Dossier, DossierEvent, EventKind
from dossiers.models.dossier import DossierQuerySet

_MOST = 1000


def owned_by(request: HttpRequest) -> DossierQuerySet:
    """Return the dossiers of who is signed in; none for nobody, for staff, and without a number."""
    citizen = citizen_of(request.user)
    if citizen is None or not citizen.identity_number:
        return Dossier.objects.none()
    keys = identity.search_keys(citizen.identity_number)
    return Dossier.objects.filter(owner_identity_key__in=keys).exclude(owner_identity_kind__in=FOREIGN)


def handed_in_by(request: HttpRequest) -> list[int]:
    """Return the keys of the dossiers that who is signed in has handed in, the last thousand: a citizen has a few."""
    if citizen_of(request.user) is None:
        return []
    handed_in = DossierEvent.objects.filter(kind=EventKind.SUBMITTED, actor_id=request.user.pk).order_by("-id")
    return list(handed_in.values_list("dossier_id", flat=True)[:_MOST])


def owned_or_handed_in_by(request: HttpRequest) -> DossierQuerySet:
    """Return what who is signed in may open: see the module."""
    # By keys, not by a join: PostgreSQL finds either by its index.
    return owned_by(request) | Dossier.objects.filter(pk__in=handed_in_by(request))
