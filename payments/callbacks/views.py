"""The addresses that gateways call, and the browser's return."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from core import browser_rights, live
from core.background import wakeup
from gateways.base import GatewayMissing, RawRequest, RawResponse
from payments.models import Payment
from payments.states import OPEN_PAYMENT_STATES

from . import handle as callbacks
from .requests import is_too_large, raw_request

logger = logging.getLogger(__name__)

#: A person must install the package first.
NOT_INSTALLED_RETRY_SECONDS = 300
#: The right of a browser to the attempt it was sent away with, by the attempt's token.
SESSION_PAYMENT = "payments"


def _respond(answer: RawResponse) -> HttpResponse:
    """Answer with a length: banks wrote their clients before chunks."""
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    if response.status_code != 204:  # which has neither content nor length
        response["Content-Length"] = str(len(response.content))
    return response


def _handle(
    handle: Callable[[str, RawRequest], RawResponse], gateway: str, request: HttpRequest, *, with_body: bool
) -> HttpResponse:
    try:
        return _respond(handle(gateway, raw_request(request, with_body=with_body)))
    except UnreadablePostError:
        # It broke off: no message yet, and no answer of the protocol. The gateway must come again.
        return HttpResponse(status=408)
    except callbacks.NoSuchMerchant as error:
        raise Http404 from error
    except GatewayMissing:
        # A 404 would make the bank stop retrying; its message is about our money.
        logger.exception("a message of %s cannot be read: its package is gone or broken", gateway)
        return HttpResponse(status=503, headers={"Retry-After": str(NOT_INSTALLED_RETRY_SECONDS)})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def notify(request: HttpRequest, gateway: str) -> HttpResponse:
    """Take a gateway's notification of a payment."""
    is_readable = not is_too_large(request)
    return _handle(callbacks.notify if is_readable else callbacks.refuse, gateway, request, with_body=is_readable)


@csrf_exempt
@require_POST
def inquire(request: HttpRequest, gateway: str) -> HttpResponse:
    """Answer a bank's bill inquiry."""
    return _handle(callbacks.inquire, gateway, request, with_body=not is_too_large(request))


def _telling(fields: QueryDict) -> list[tuple[str, str]]:
    """Return the fields that may hold a reference of ours."""
    return [(name, str(value)) for name, value in fields.items() if len(name) <= 64 and 8 <= len(value) <= 64][:20]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def returned(request: HttpRequest, gateway: str) -> HttpResponse:
    """The browser is back. Nothing in the address is believed: the page shows what we know.

    A gateway that sends it by a form of its own page is answered with the same address to GET:
    a form from another site brings no session, what follows it does.

    The attempt is found by the session it was started in, else by our own unguessable
    reference; either only chooses the page. Display never decides (P-4).
    The code of a transfer is short and brings no browser back: by it nothing is found.
    """
    if request.method == "POST":
        fields = {} if is_too_large(request) else dict(_telling(request.POST))
        return HttpResponse(status=303, headers={"Location": f"{request.path}?{urlencode(fields)}"})
    values = [value for _name, value in _telling(request.GET)]
    payments = Payment.objects.filter(gateway=gateway).select_related("bill")
    payment = payments.filter(token__in=browser_rights.held(request, SESSION_PAYMENT)).first()
    if payment:
        marked = payments.filter(pk=payment.pk, state__in=OPEN_PAYMENT_STATES, returned_at=None)
        if marked.update(returned_at=timezone.now(), next_check_at=timezone.now()):
            live.publish([payment.bill.token])
            # Whoever cancelled there, or whose bank tells late, hears the answer while the page loads.
            wakeup.enqueue("payments.query_open_payments", gateway=gateway)
    else:
        payment = payments.filter(merchant_ref__in=values).exclude(~Q(qr_text=""), redirect_url="").first()
    if payment is None:
        return redirect("lookup")
    return redirect("bill", token=payment.bill.token)
