"""A text column that is encrypted at rest: merchant secrets, identity numbers.

Fernet (AES-128-CBC with HMAC-SHA256) with several keys: the first of
`FIELD_ENCRYPTION_KEYS` encrypts, all of them decrypt, so keys rotate without a window.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


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
