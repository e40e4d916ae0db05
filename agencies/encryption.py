"""Text columns encrypted at rest (merchant secrets, identity numbers), and the column such a number is found by.

Fernet (AES-128-CBC with HMAC-SHA256) with several keys: the first of
`FIELD_ENCRYPTION_KEYS` encrypts, all of them decrypt, so keys rotate without a window.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

from . import identity


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedTextField(models.TextField):
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


class SearchKeyField(models.CharField):
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
        found = identity.search_key(getattr(model_instance, self.of) or "")
        setattr(model_instance, self.attname, found)
        return found
