"""Signing rules as data: an ordered list of fields, how they are joined, and the key.

Every gateway here signs one of two ways (docs/reference/gateways.md#codecs): SHA-256 over values joined by `|`
with the secret at the end, or RSA over values joined by nothing. What differs from message
to message is only the list of fields, so a message is an instance.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from gateways.base import Malformed
from gateways.parsing import text_of

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class PipeSha256:
    """hex(SHA256(v1|v2|…|secret)), as VNPT-Pay and PayPlatform sign (docs/reference/vnptpay.md#signature)."""

    fields: tuple[str, ...]

    def base(self, values: Mapping[str, Any]) -> str:
        """Return the signed text without the secret. Raises Malformed.

        Only the last field may hold a `|`: anywhere else it would move the borders between
        fields while the hash stays right.
        """
        texts = [text_of(values.get(name)) for name in self.fields]
        if any("|" in text for text in texts[:-1]):
            raise Malformed("a separator inside a signed field")
        return "|".join(texts)

    def sign(self, values: Mapping[str, Any], secret: str) -> str:
        """Return the lower-case hex signature."""
        return hashlib.sha256(f"{self.base(values)}|{secret}".encode()).hexdigest()

    def is_signed(self, values: Mapping[str, Any], signature: str, secrets: Iterable[str]) -> bool:
        """Tell whether `signature` was made with one of `secrets`, in constant time and any letter case."""
        given = signature.lower().encode()
        return any(hmac.compare_digest(self.sign(values, secret).encode(), given) for secret in secrets)


@dataclass(frozen=True, slots=True)
class RsaConcatenation:
    """base64(RSA-PKCS1v15(v1v2…)) with nothing between the values, as VietinBank signs.

    See docs/reference/vietinbank.md#signature.

    Empty values are skipped by nature. Nothing between the values means that a valid
    signature does not say where one field ends: whoever reads such a message must pin
    every border by the shape of the fields. `hash_name` may differ for each direction.
    """

    fields: tuple[str, ...]
    hash_name: str = "sha256"

    def base(self, values: Mapping[str, Any]) -> bytes:
        """Return the signed bytes. Raises Malformed."""
        return "".join(text_of(values.get(name)) for name in self.fields).encode()

    def sign(self, values: Mapping[str, Any], key: RSAPrivateKey) -> str:
        """Return the base64 signature (344 characters for a key of 2048 bits)."""
        signature = key.sign(self.base(values), padding.PKCS1v15(), _HASHES[self.hash_name]())
        return base64.b64encode(signature).decode()

    def is_signed(self, values: Mapping[str, Any], signature: str, keys: Iterable[RSAPublicKey]) -> bool:
        """Tell whether `signature` was made by the owner of one of `keys`."""
        base = self.base(values)
        try:
            given = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(self._verifies(key, given, base) for key in keys)

    def _verifies(self, key: RSAPublicKey, signature: bytes, base: bytes) -> bool:
        try:
            key.verify(signature, base, padding.PKCS1v15(), _HASHES[self.hash_name]())
        except InvalidSignature:
            return False
        return True


def received_order(names: Iterable[str], signature_field: str) -> tuple[str, ...]:
    """Return every name but the signature's, as received: how banks sign their answers.

    See docs/reference/vnptpay.md#init-answer.
    """
    return tuple(name for name in names if name != signature_field)


@lru_cache(maxsize=64)
def private_key(pem: str) -> RSAPrivateKey:
    """Return the RSA private key in `pem`, read and proved once: that takes 50 ms. Raises ValueError."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA private key")
    return key


def public_key(pem: str) -> RSAPublicKey:
    """Return the RSA public key in `pem`. Raises ValueError."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key
