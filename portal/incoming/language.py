"""The language of an answer: pages speak Vietnamese until somebody switches, the API what its client asks for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

#: Machines are written by people who read English; whoever shows our words to citizens asks for Vietnamese.
OF_API = "en"
#: Pages for people that stand among the addresses of machines.
_PAGES = ("/api/docs/", "/api/problems/")


def of_request(request: HttpRequest) -> str:
    """Return the language in which to answer."""
    if is_api(request):
        return of_api(request)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def is_api(request: HttpRequest) -> bool:
    """Tell whether a machine is asking, not a person with a browser."""
    path = request.path_info
    return path.startswith("/api/") and path != "/api/" and not path.startswith(_PAGES)


def of_api(request: HttpRequest) -> str:
    """Return the first language of ours that `Accept-Language` names, or English."""
    listed = dict(settings.LANGUAGES)
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next((tag[:2] for tag, _weight in wanted if tag[:2] in listed), OF_API)


def told_in(response: HttpResponse, chosen: str) -> None:
    """Say in which language an answer to a machine is, and that it would be another for another client."""
    response.headers["Content-Language"] = chosen
    patch_vary_headers(response, ["Accept-Language"])
