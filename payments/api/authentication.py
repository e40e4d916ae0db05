"""`Authorization: Bearer <key>`: authenticates the API client."""

from __future__ import annotations

from datetime import timedelta

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from core.rate_limits import Limit, of
from payments.models import ApiClient
from payments.models.clients import hash_key

_MINUTE = timedelta(minutes=1)
#: Wrong keys of an address, of the network around it, of everybody. A right key counts in none and is never refused.
WRONG_KEYS = (
    Limit("api key", 20, _MINUTE),
    Limit("api keys of a network", 100, _MINUTE),
    Limit("api keys of all", 3000, _MINUTE),
)
#: Requests of one client: more than any client needs, less than what would slow the others.
REQUESTS = Limit("api", 6000, _MINUTE)


def refuse_wrong_key() -> None:
    """Count a wrong key. Raises Throttled above a limit; whoever is stopped by one counts in none behind it."""
    for limit, who in of(WRONG_KEYS):
        if not (use := limit.use(who)).is_within:
            raise Throttled(use.seconds)


class ApiKeyAuthentication(BaseAuthentication):
    """Finds the client by the hash of its key; an inactive client has no key."""

    def authenticate(self, request: Request) -> tuple[ApiClient, None] | None:
        """Return the client, or None when no key was sent. Raises AuthenticationFailed."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return None
        client = ApiClient.objects.filter(key_hash=hash_key(key.strip()), is_active=True).first()
        if client is None:
            refuse_wrong_key()
            raise AuthenticationFailed
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
