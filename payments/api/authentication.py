"""`Authorization: Bearer <key>`: authenticates the API client."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from payments.models import ApiClient
from payments.models.clients import hash_key


class ApiKeyAuthentication(BaseAuthentication):
    """Finds the client by the hash of its key; an inactive client has no key."""

    def authenticate(self, request: Request) -> tuple[ApiClient, None] | None:
        """Return the client, or None when no key was sent. Raises AuthenticationFailed."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return None
        client = ApiClient.objects.filter(key_hash=hash_key(key.strip()), is_active=True).first()
        if client is None:
            raise AuthenticationFailed("The API key is unknown or no longer active.")
        return client, None

    def authenticate_header(self, request: Request) -> str:
        """Say which scheme a 401 asks for."""
        return "Bearer"


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the key in the OpenAPI document."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}
