"""Start and callback of the VNeID sign-in."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from .protocol import VneidProtocol


def _error_page(request: HttpRequest, error: OAuth2Error) -> HttpResponse:
    """Return allauth's page of a sign-in that failed."""
    response: HttpResponse = render_authentication_error(
        request, VneidProtocol(request).get_provider(), exception=error
    )
    return response


def _answered(view: Any, request: HttpRequest) -> HttpResponse:
    """Run a view of allauth's; a provider that is away, or not configured, is a page and no error of ours."""
    try:
        response: HttpResponse = view(request)
        return response
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except OAuth2Error as error:
        return _error_page(request, error)


@never_cache
@require_http_methods(["GET", "POST"])
def oauth2_login(request: HttpRequest) -> HttpResponse:
    """Ask once (GET), then lead to the provider (POST)."""
    return _answered(OAuth2LoginView.adapter_view(VneidProtocol), request)


@never_cache
@require_GET
def oauth2_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back with a code, or without."""
    return _answered(OAuth2CallbackView.adapter_view(VneidProtocol), request)
