"""A citizen's own page: all dossiers, open bills first, receipts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from agencies.citizens import citizen_of
from core import live
from dossiers.models import Dossier
from payments.states import BillState

from .access import opened_codes
from .ownership import owned_by, owned_or_handed_in_by

PER_PAGE = 20


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show whoever proved who they are their dossiers, and what they handed in; to others, how to prove it."""
    visible = owned_or_handed_in_by(request)
    page = Paginator(visible.with_bills(), PER_PAGE).get_page(request.GET.get("page"))
    owing = _owing(visible) if request.user.is_authenticated else []
    own = set(owned_by(request).filter(pk__in=[dossier.pk for dossier in page]).values_list("pk", flat=True))
    tokens = {bill.token: None for dossier in (*owing, *page) for bill in dossier.bills.all()}
    context: dict[str, Any] = {
        "citizen": citizen_of(request.user),
        "has_sign_in": bool(settings.VNEID_ISSUER),
        "page": page,
        "owing": owing,
        "own": own,
        "opened": [] if citizen_of(request.user) else _opened_here(request),
        "live": live.stream_url(tokens),
    }
    return render(request, "dossiers/tracking/my_dossiers.html", context)


def _opened_here(request: HttpRequest) -> list[Dossier]:
    """Return the dossiers this browser has opened or handed in, the last one first: they are open here anyway."""
    codes = opened_codes(request)
    rows = Dossier.objects.filter(code__in=codes).select_related("case__procedure", "agency")
    return sorted(rows, key=lambda dossier: -codes.index(dossier.code))


def _owing(visible: Any) -> list[Dossier]:
    """Return the dossiers with something to be paid, the first due first: seen whatever page one is on."""
    rows = visible.filter(bills__state=BillState.OPEN).with_bills().distinct().order_by("due_at", "id")[:10]
    return [each for each in rows if not each.payment_hold and any(bill.missing_amount for bill in each.bills.all())]
