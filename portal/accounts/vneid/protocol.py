"""OpenID Connect messages and their verification (OpenID Connect Core 1.0 §3.1.3.7)."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from requests import RequestException

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def nonce_of(code_verifier: str) -> str:
    """Return the nonce that goes with a verifier: both are one secret of this browser's session."""
    return hashlib.sha256(f"nonce:{code_verifier}".encode()).hexdigest()


class VneidProtocol(OpenIDConnectOAuth2Adapter):
    """One sign-in. Every way the provider may fail is an OAuth2Error, which becomes a page."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, "vneid")
        self._nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return the provider's own description. Raises OAuth2Error when it is away or speaks for another."""
        try:
            description: dict[str, Any] = super().openid_config
        except RequestException as error:
            raise OAuth2Error("the provider does not answer") from error
        if description.get("issuer") != settings.VNEID_ISSUER or not all(description.get(name) for name in _ENDPOINTS):
            raise OAuth2Error("the provider describes another issuer")
        return description

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Return our registered address, whatever host the request names."""
        return f"{settings.BASE_URL}{reverse('vneid_callback')}"

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        """Exchange the code; remember which nonce this browser's session expects."""
        self._nonce = nonce_of(pkce_code_verifier or "")
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Check signature, issuer, audience, time and nonce, then ask who it is. Raises OAuth2Error."""
        try:
            claims = jwtkit.verify_and_decode(
                credential=kwargs["response"]["id_token"],
                keys_url=self.openid_config["jwks_uri"],
                issuer=settings.VNEID_ISSUER,
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
            userinfo = self._fetch_user_info(token.token)
            is_ours = constant_time_compare(str(claims["nonce"]), self._nonce)
            is_same = bool(claims["sub"]) and claims["sub"] == userinfo["sub"]
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("the provider's answer cannot be read") from error
        if not is_ours or not is_same:
            raise OAuth2Error("the token was made for somebody else")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": userinfo})
