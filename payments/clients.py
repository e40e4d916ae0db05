"""Keys of the bills API: made once, shown once, stored as a hash."""

from __future__ import annotations

import secrets

from agencies.models import Agency

from .models import ApiClient
from .models.clients import hash_key


def create_client(name: str, agencies: list[Agency]) -> tuple[ApiClient, str]:
    """Make a client and return it with its key, which cannot be read again."""
    key = f"mcp_{secrets.token_urlsafe(32)}"
    client = ApiClient.objects.create(name=name, key_hash=hash_key(key))
    client.agencies.set(agencies)
    return client, key


def replace_key(client: ApiClient) -> str:
    """Give a client a new key and return it; the old one stops working at once."""
    key = f"mcp_{secrets.token_urlsafe(32)}"
    client.key_hash = hash_key(key)
    client.save(update_fields=["key_hash"])
    return key
