"""The provider as allauth sees it: parameters sent, claims stored."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from agencies.citizens import Claims

from .protocol import VneidProtocol, nonce_of


class VneidProvider(OpenIDConnectProvider):
    """OpenID Connect, stricter than allauth's: nonce and signature are checked, and little is stored."""

    id = "vneid"
    name = "VNeID"
    oauth2_adapter_class = VneidProtocol

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Return where signing in begins."""
        return reverse("vneid_login") + (f"?{urlencode(kwargs)}" if kwargs else "")

    def get_callback_url(self) -> str:
        """Return where the provider leads back to."""
        return reverse("vneid_callback")

    def get_oauth2_adapter(self, request: HttpRequest) -> VneidProtocol:
        """Return the protocol."""
        return VneidProtocol(request)

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Take nothing from the address but where to go afterwards: no scopes, no joining of accounts."""
        wanted = super().get_redirect_from_request_kwargs(request)
        kept = {name: wanted[name] for name in ("next_url",) if name in wanted}
        return {**kept, "process": AuthProcess.LOGIN}

    def get_pkce_params(self) -> dict[str, Any]:
        """Add the nonce to the challenge."""
        params: dict[str, Any] = super().get_pkce_params()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Store nothing in the clear: the claims are kept by `agencies.citizens`, encrypted."""
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        """Give none to allauth: an address is no way to sign in here."""
        return []

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        """Return what a new account is called; nobody types this name."""
        return {"username": f"cong-dan-{secrets.token_hex(8)}"}

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        """Hand the claims to the adapter, which stores them."""
        login = super().sociallogin_from_response(request, response)
        claims = response["userinfo"]
        login.claims = Claims(
            name=str(claims.get(settings.VNEID_NAME_CLAIM) or ""),
            identity_number=str(claims.get(settings.VNEID_IDENTITY_CLAIM) or ""),
            phone=str(claims.get(settings.VNEID_PHONE_CLAIM) or ""),
            email=str(claims.get(settings.VNEID_EMAIL_CLAIM) or ""),
        )
        return login


provider_classes = [VneidProvider]
