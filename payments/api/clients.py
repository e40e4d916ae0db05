"""Keys of API clients: generated once, shown once, stored as a hash."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import QuerySet

from agencies.audit import record as audit
from agencies.models import Agency, AuditEntry, User
from payments.models import ApiClient
from payments.models.clients import hash_key


def create_client(name: str, agencies: list[Agency]) -> tuple[ApiClient, str]:
    """Make a client and return it with its key, which cannot be read again."""
    key = _new_key()
    client = ApiClient.objects.create(name=name, key_hash=hash_key(key))
    client.agencies.set(agencies)
    return client, key


def replace_key(client: ApiClient, *, actor: User | None = None) -> str:
    """Give a client a new key and return it; the old one stops working at once. Audited."""
    key = _new_key()
    with transaction.atomic():
        ApiClient.objects.filter(pk=client.pk).update(key_hash=hash_key(key))
        audit.record("api_key_replaced", f"client:{client.pk}", actor=actor)
    return key


def holders(client: ApiClient) -> QuerySet[User]:
    """Return who counts as the person behind a system: who registered it, and who ever made it a key."""
    acts = AuditEntry.objects.filter(subject=f"client:{client.pk}", action__in=("api_client_saved", "api_key_replaced"))
    return User.objects.filter(pk__in=acts.values("actor"))


def lock_out(client: ApiClient) -> None:
    """Give a client that is not saved yet a key that nobody knows."""
    client.key_hash = hash_key(_new_key())


def _new_key() -> str:
    return f"mcp_{secrets.token_urlsafe(32)}"
