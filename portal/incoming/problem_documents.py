"""Refusals under `/api/` as problem documents (RFC 9457), whoever refused."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from payments.api.problems import document

PROBLEM = "application/problem+json"
#: Headers of a refusal that say more than its status.
_KEPT = ("Allow", "WWW-Authenticate", "Retry-After", "Cache-Control")


class ProblemDocumentsMiddleware:
    """Makes every refusal and failure under `/api/` a problem document (RFC 9457), whoever said it.

    The API's views do so themselves; this is for what never reaches one, and for its schema and docs. A bank's
    addresses under `/api/` are not meant: `BankShortcutMiddleware` comes before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace a page that says no."""
        response = self.get_response(request)
        if not request.path_info.startswith("/api/") or response.status_code < 400 or _is_problem(response):
            return response
        return problem_of(response)


def _is_problem(response: HttpResponse) -> bool:
    """Tell whether a response is one; where a view answers in YAML by default, only its Content-Type is."""
    renderer = getattr(response, "accepted_renderer", None)
    is_json = renderer is None or "json" in renderer.format
    return is_json and response.headers.get("Content-Type", "").split(";")[0] == PROBLEM


def problem_of(response: HttpResponse) -> HttpResponse:
    """Return the problem document that says what a response says by its status."""
    status = HTTPStatus(response.status_code)
    name = status.phrase.lower().replace(" ", "-")
    problem = JsonResponse(document(status, name, status.description or status.phrase), status=status)
    problem.headers["Content-Type"] = PROBLEM
    for header in _KEPT:
        if header in response.headers:
            problem.headers[header] = response.headers[header]
    problem._has_been_logged = True  # type: ignore[attr-defined]  # by whoever refused
    return problem
