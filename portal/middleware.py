"""Middleware: short path for gateways, language, 503 while the database is down."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.defaults import server_error
from psycopg2.errors import ReadOnlySqlTransaction

from core.call_stack import with_room
from payments.callbacks import views
from payments.merchants.page_origins import of_contracts
from portal.administration.read_only.middleware import refused
from portal.incoming import language

logger = logging.getLogger(__name__)

#: The addresses that gateways call; resolved alone, as every request of a page asks.
_GATEWAY_URLS = "payments.callbacks.urls"
PAGE_METHODS = ("GET", "HEAD", "POST")
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
_NO_FEATURES = "microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()"
#: A restart of PostgreSQL takes about as long; gateways and clients then send again.
RETRY_AFTER_SECONDS = 5
#: A connection that worked so recently is not asked whether it still does. Should PostgreSQL have been
#: restarted within it, the bank hears "busy" once and comes again.
TRUSTED_SECONDS = 1.0


def room_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request room for its calls; to stand first."""
    return with_room(get_response)


class PlainMethodsMiddleware:
    """Pages are read and forms are sent; any other method is refused before a view sees it (S-67).

    The API refuses for itself, as its clients may delete. Django's administration would take a PUT for a GET, and
    views that tell GET from POST would take a HEAD for a form: they see a GET, and its body stays here (RFC 9110).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 405 to whatever is neither GET, HEAD nor POST."""
        if request.method not in PAGE_METHODS and not request.path_info.startswith("/api/v1/"):
            return HttpResponseNotAllowed(PAGE_METHODS)
        if request.method != "HEAD" or request.path_info.startswith("/api/v1/"):
            return self.get_response(request)
        request.method = request.META["REQUEST_METHOD"] = "GET"
        return _without_body(self.get_response(request))


def _without_body(response: HttpResponseBase) -> HttpResponse:
    """Return the head of an answer, with the length its body would have where that is known."""
    length = response.headers.get("Content-Length")
    if isinstance(response, HttpResponse):
        length = str(len(response.content))
    head = HttpResponse(status=response.status_code, headers=dict(response.headers))
    head.cookies = response.cookies
    head._resource_closers = response._resource_closers  # type: ignore[attr-defined]  # a file is closed all the same
    head._has_been_logged = True  # type: ignore[attr-defined]  # the answer it is the head of was
    if length is not None:
        head.headers["Content-Length"] = length
    return head


class BankShortcutMiddleware:
    """Leads a bank's message straight to its view: it has no session, cookie, form or language.

    What lies between costs more time than storing the message does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Call the view of a bank's address; everything else goes the usual way."""
        try:
            match = resolve(request.path_info, _GATEWAY_URLS)
        except Resolver404:
            return self.get_response(request)
        if match.func not in (views.notify, views.inquire):
            return self.get_response(request)
        _trust_what_just_worked()
        try:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            return response
        except DatabaseError as error:
            if not is_away(error):
                raise
            return _come_again(request, error)


def is_away(error: BaseException | None) -> bool:
    """Tell whether the database could not be reached, has no room, or takes no writes (a replica, a move)."""
    return isinstance(error, OperationalError | InterfaceError) or takes_no_writes(error)


def takes_no_writes(error: BaseException | None) -> bool:
    """Tell whether PostgreSQL said that it may only be read."""
    return isinstance(error, InternalError) and isinstance(error.__cause__, ReadOnlySqlTransaction)


def _trust_what_just_worked() -> None:
    """Spare a busy thread the round trip of Django's CONN_HEALTH_CHECKS."""
    now = time.monotonic()
    is_trusted = now - getattr(connection, "worked_at", 0.0) < TRUSTED_SECONDS
    connection.health_check_done = is_trusted  # type: ignore[attr-defined]
    connection.worked_at = now  # type: ignore[attr-defined]


class AdminPolicyMiddleware:
    """Lets the administration's theme evaluate and style itself; no other page may, and no script stands in a page.

    The theme is built on Alpine.js, which evaluates what stands in attributes and comes from our own files.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Widen the policy of this response; django-csp writes it."""
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            response._csp_update = ADMIN_POLICY  # type: ignore[attr-defined]
        return response


class PayPagesPolicyMiddleware:
    """Lets forms of a page lead to the gateways' pay pages, as the contracts name them; django-csp writes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Widen the policy of a page."""
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html") and (origins := of_contracts()):
            policy = getattr(response, "_csp_update", None) or {}
            response._csp_update = {**policy, "form-action": sorted(origins)}  # type: ignore[attr-defined]
        return response


class BrowserFeaturesMiddleware:
    """Says which powers of the device a page may ask for: the camera at the desk's box, else none (S-62)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Write the header."""
        response = self.get_response(request)
        camera = "self" if request.path_info.startswith("/quay/") else ""
        response.headers["Permissions-Policy"] = f"camera=({camera}), {_NO_FEATURES}"
        return response


class ChosenLanguageMiddleware:
    """Uses the language of the switch in the header, never the browser's; for the API the one its client asks for.

    Phones here are often set to English; the state's pages speak Vietnamese first (U-6). One answer is in one language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the chosen language for this request."""
        chosen = language.of_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
        if language.is_api(request):
            language.told_in(response, chosen)
        return response


class DatabaseAwayMiddleware:
    """Answers 503 with Retry-After where PostgreSQL is away, restarts, takes no writes, or a lock is not to be had.

    A gateway that reads 503 sends its notification again; 500 would be a defect of ours, and some give up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is done unless the view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view that lost its database, or may only read it; leave every other error alone."""
        if takes_no_writes(error):
            return refused(request, None)
        return _come_again(request, error) if is_away(error) else None


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for what was raised outside a view (`handler500`): the session's store needs PostgreSQL, too."""
    error = sys.exc_info()[1]
    return _come_again(request, error) if is_away(error) else server_error(request)


def _come_again(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    logger.error("%s %s: the database is away: %s", request.method, request.path, error)
    return HttpResponse(
        _("Hệ thống đang bận. Xin thử lại sau ít giây."),
        status=503,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        content_type="text/plain; charset=utf-8",
    )
