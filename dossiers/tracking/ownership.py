"""Which dossiers a browser may open, by what it has proved.

A citizen signed in by VNeID opens the dossiers with their căn cước number. Whoever typed the number
or the name on a form proves nothing by it, and twelve digits of another state's passport are nobody's căn cước.
"""

from __future__ import annotations

from django.http import HttpRequest

from agencies.citizens import citizen_of
from core.values import identity
from core.values.documents import FOREIGN
from dossiers.models import Dossier
from dossiers.models.dossier import DossierQuerySet


def owned_by(request: HttpRequest) -> DossierQuerySet:
    """Return the dossiers of who is signed in; none for nobody, for staff, and without a number."""
    citizen = citizen_of(request.user)
    if citizen is None or not citizen.identity_number:
        return Dossier.objects.none()
    keys = identity.search_keys(citizen.identity_number)
    return Dossier.objects.filter(owner_identity_key__in=keys).exclude(owner_identity_kind__in=FOREIGN)
