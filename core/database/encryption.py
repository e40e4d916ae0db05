"""Text columns encrypted at rest (merchant secrets, identity numbers), and the column such a number is found by.

What must stand in an address and names somebody is sealed: encrypted under keys made for that purpose alone.

Fernet (AES-128-CBC with HMAC-SHA256) with several keys: the first of
`FIELD_ENCRYPTION_KEYS` encrypts, all of them decrypt, so keys rotate without a window.
"""

import base64
import hashlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from core.values import identity


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=16)
def _sealer(purpose: str, keys: tuple[str, ...]) -> MultiFernet:
    made = (hashlib.sha256(f"{purpose}:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])


def seal(purpose: str, text: str) -> str:
    """Return a text as letters that an address bears and only `unseal` of the same purpose reads."""
    return _sealer(purpose, tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """Return the text, or "" for anything that was not sealed for this purpose."""
    try:
        return _sealer(purpose, tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Plain text in Python, ciphertext in the database. It cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt; the empty string stays empty."""
        if not value:
            return value
        return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt. Raises InvalidToken when no configured key fits."""
        if not value:
            return value
        return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(value.encode()).decode()


class SearchKeyField(models.CharField):  # type: ignore[type-arg]
    """Kept beside an encrypted number: its HMAC, made anew at each save. Ask with `identity.search_keys`."""

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        kwargs |= {"max_length": 64, "blank": True, "default": "", "editable": False, "db_index": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Say in migrations which column it follows."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the HMAC of what is being saved."""
        search_key = identity.search_key(getattr(model_instance, self.of) or "")
        setattr(model_instance, self.attname, search_key)
        return search_key
