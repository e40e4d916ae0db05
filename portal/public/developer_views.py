"""For who connects a system: how to begin, what webhooks look like, and what each problem means."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView

from gateways import registry
from gateways.internal import InternalGateway
from payments.api.authentication import REQUESTS, WRONG_KEYS
from payments.api.catalogue import PREFIX, PROBLEMS
from payments.api.problems import IN_PROGRESS_SECONDS
from payments.models.clients import WebhookKind
from payments.webhooks import dispatch, endpoints, events, signing
from payments.webhooks.transport import TIMEOUT_SECONDS

#: The worked example: nothing of it is secret, and whoever follows the recipe gets the same signature.
SECRET = signing.PREFIX + "bW90LWN1YS1wYXktZXhhbXBsZS1zZWNyZXQtMzItYnk="
MESSAGE_ID = "018f6f3c-2f0a-7c61-9d0c-3b1f4f2f6a10"
SIGNED_AT = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
_BILL = {"id": 4711, "reference": "HS-2026-0042", "agency": "H44.01", "amount": 50_000}
_REFUND = {"id": 12, "amount": 20_000, "payment": 815}
#: What an event of each kind tells beside the bill's reference and amount: its state and the refund's.
_STATES = {
    WebhookKind.BILL_PAID: ("paid", ""),
    WebhookKind.BILL_REOPENED: ("open", ""),
    WebhookKind.BILL_CANCELLED: ("cancelled", ""),
    WebhookKind.BILL_REFUNDED: ("partly_refunded", "done"),
    WebhookKind.REFUND_PROPOSED: ("paid", "proposed"),
    WebhookKind.REFUND_APPROVED: ("paid", "approved"),
    WebhookKind.REFUND_REJECTED: ("paid", "rejected"),
}


class DescriptionView(SpectacularAPIView):
    """The OpenAPI document, under a name of ASCII: a header has no other letters."""

    def _get_filename(self, *_args: Any, **_kwargs: Any) -> str:
        return "motcua-pay-api.yaml"


@require_GET
def developers(request: HttpRequest) -> HttpResponse:
    """Show the way from a key to the first paid bill, and all that the description of the calls cannot say."""
    body = event_body(WebhookKind.BILL_PAID)
    context = {
        "base": settings.BASE_URL,
        "is_sandbox": settings.IS_SANDBOX,
        "takes_this_machine": settings.WEBHOOK_TO_THIS_MACHINE,
        "gateways": [
            (each.slug, each.name) for each in registry.all_gateways() if not issubclass(each, InternalGateway)
        ],
        "events": [(kind, kind.label, event_body(kind)) for kind in WebhookKind],
        "secret": SECRET,
        "body": body,
        "headers": signing.headers([SECRET], MESSAGE_ID, int(SIGNED_AT.timestamp()), body.encode()),
        "pauses": [_pause(each.total_seconds()) for each in dispatch.RETRIES.pauses],
        "time_out": int(TIMEOUT_SECONDS),
        "most_endpoints": endpoints.MOST_ENDPOINTS,
        "overlap": int(endpoints.OVERLAP.total_seconds() // 3600),
        "requests": REQUESTS.most,
        "wrong_keys": WRONG_KEYS[0].most,
        "in_progress": IN_PROGRESS_SECONDS,
        "problems": _problems(),
    }
    return render(request, "portal/public/developers.html", context)


@require_GET
def problem(request: HttpRequest, name: str) -> HttpResponse:
    """Explain one problem: where its `type` leads. Raises Http404."""
    listed = PROBLEMS.get(name)
    if listed is None:
        raise Http404
    return render(request, "portal/public/problem.html", {"name": name, "problem": listed, "type": PREFIX + name})


def event_body(kind: WebhookKind) -> str:
    """Return the body of an event as it is sent: one line of JSON, nothing about a person."""
    data: dict[str, Any] = {}
    if kind in _STATES:
        state, refund = _STATES[kind]
        data = {**_BILL, "state": state, **({"refund": {**_REFUND, "state": refund}} if refund else {})}
    body = {**events.delivery(0, kind, data).body, "timestamp": SIGNED_AT.isoformat()}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _problems() -> list[tuple[str, str, Any]]:
    return [(name, reverse("problem", args=[name]), each) for name, each in PROBLEMS.items()]


def _pause(seconds: float) -> tuple[int, str]:
    """Return a pause in the largest unit that says it whole."""
    units = ((86400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next((size, unit) for size, unit in units if seconds >= size)
    return int(seconds // size), unit
