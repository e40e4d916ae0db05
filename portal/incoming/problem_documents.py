"""Refusals under `/api/` as problem documents (RFC 9457), whoever refused."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation

from payments.api.catalogue import PROBLEM, document, of_status
from portal.incoming.language import of_api, told_in

#: Headers of a refusal that say more than its status.
_KEPT = ("Allow", "WWW-Authenticate", "Retry-After")


class ProblemDocumentsMiddleware:
    """Makes every refusal and failure under `/api/` a problem document (RFC 9457), whoever said it.

    The API's views do so themselves; this is for what never reaches one, and for its schema and docs. A bank's
    addresses under `/api/` are not meant: `BankShortcutMiddleware` comes before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace a page that says no; let nobody keep what the API said."""
        response = self.get_response(request)
        if not request.path_info.startswith("/api/"):
            return response
        if response.status_code >= 400 and not _is_problem(response):
            with translation.override(of_api(request)):
                response = problem_of(response)
            told_in(response, of_api(request))
        if response.status_code >= 400 or request.path_info.startswith("/api/v1/"):
            response.headers["Cache-Control"] = "no-store"
        return response


def _is_problem(response: HttpResponse) -> bool:
    """Tell whether a response is one; where a view answers in YAML by default, only its Content-Type is."""
    renderer = getattr(response, "accepted_renderer", None)
    is_json = renderer is None or "json" in renderer.format
    return is_json and response.headers.get("Content-Type", "").split(";")[0] == PROBLEM


def problem_of(response: HttpResponse) -> HttpResponse:
    """Return the problem document that says what a response says by its status."""
    body = {**document(of_status(response.status_code)), "status": response.status_code}
    problem = JsonResponse(body, status=response.status_code, content_type=PROBLEM)
    for header in _KEPT:
        if header in response.headers:
            problem.headers[header] = response.headers[header]
    problem._has_been_logged = True  # type: ignore[attr-defined]  # by whoever refused
    return problem
