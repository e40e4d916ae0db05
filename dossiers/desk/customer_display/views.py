"""The customer display: amount, QR and state, the code and a masked name: whose it is, who stands there can tell.

While an officer fills in for them it shows what they shall confirm, and after it the PIN, once.

It belongs to the officer's session and follows what the officer opens.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import live
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.desk.fees.state import fee_state, owed
from dossiers.models import Dossier, Draft
from dossiers.submission import drafts, summary
from payments.bills.holds import received_reason
from payments.callbacks.handle import mask_name
from payments.states import BillState

from . import qr_views

_SHOWN, _PIN, _DRAFT = "second_window", "second_window_pin", "second_window_draft"


def show(request: HttpRequest, dossier: Dossier | None, pin: str = "") -> None:
    """Put a dossier on the second window, or clear it; with its PIN when it was just handed in with help."""
    code = dossier.code if dossier else ""
    if request.session.get(_SHOWN, "") != code or pin:
        request.session[_SHOWN], request.session[_PIN] = code, pin
    request.session.pop(_DRAFT, None)
    publish_change(request)


def clear_if_left(request: HttpRequest) -> None:
    """Empty the second window when the officer goes to another page: the next person sees nobody else's bill.

    A list that looks again by itself is no leaving.
    """
    is_shown = request.session.get(_SHOWN) or request.session.get(_DRAFT)
    if is_shown and request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        show(request, None)


def show_draft(request: HttpRequest, draft: Draft) -> None:
    """Put what an officer fills in for the citizen on the second window."""
    request.session[_DRAFT] = draft.code
    publish_change(request)


def publish_change(request: HttpRequest) -> None:
    """Notify the customer display to reload."""
    live.publish([_topic(request)])


def _topic(request: HttpRequest) -> str:
    """Name the desk by its officer: the session's key changes, and what is published says only that something did."""
    return f"desk-{request.user.pk}"


@require_GET
@for_staff
def window(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """The whole window."""
    return render(request, "dossiers/desk/customer_display.html", _context(request, staff))


@require_GET
@for_staff
def window_state(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """The part of it that follows the desk."""
    return render(request, "dossiers/desk/_customer_display.html", _context(request, staff))


def _context(request: HttpRequest, staff: DeskStaff) -> dict[str, object]:
    """What is shown, and the stream of what may change it: the desk that chooses, the bills of the dossier."""
    shown = _shown(request, staff)
    bills = shown["dossier"].bills.all() if shown["dossier"] else ()
    return shown | {"live": live.stream_url([_topic(request), *(bill.token for bill in bills)])}


def _shown(request: HttpRequest, staff: DeskStaff) -> dict[str, Any]:
    draft = drafts.mine(request, request.session.get(_DRAFT, ""))
    if draft and not draft.dossier:
        ready = drafts.complete(draft)
        shown = summary.context_of(ready) if isinstance(ready, drafts.Complete) else {}
        return {"dossier": None, "helped": draft, **shown}
    code = request.session.get(_SHOWN, "")
    dossier = staff.dossiers().with_bills().filter(code=code).first() if code else None
    if dossier is None:
        return {"dossier": None}
    # Nobody is shown a code for what is held, or for what enough has come for already.
    bills = [] if dossier.payment_hold else list(dossier.bills.all())
    bill = next((each for each in bills if each.state == BillState.OPEN and not received_reason(each)), None)
    return {
        "dossier": dossier,
        "masked_name": mask_name(dossier.owner_name),
        "pin": request.session.get(_PIN, ""),
        "state": fee_state(dossier),
        "amount": owed(dossier) or dossier.fee_total,
        "bill": bill,
        "pay_url": qr_views.address_of(bill) if bill else "",
    }
