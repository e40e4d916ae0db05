"""HMAC signing rules as data: VNPAY signs a sorted query or values joined by `|`, MoMo `name=value` pairs.

Companion of `codecs` for the gateways that use a keyed hash
(docs/reference/vnpay.md, docs/reference/momo.md). Each rule
says whether a signed text can be read in two ways, and refuses the one that can.
"""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from gateways.base import Malformed
from gateways.parsing import text_of

from .field_signatures import PipeSha256


class Hmac(ABC):
    """A rule: what text is signed, and with which hash."""

    __slots__ = ()
    hash_name: str

    @abstractmethod
    def base(self, values: Mapping[str, Any]) -> str:
        """Return the signed text. Raises Malformed."""

    def sign(self, values: Mapping[str, Any], secret: str) -> str:
        """Return the lower-case hex signature. Raises Malformed."""
        return hmac.new(secret.encode(), self.base(values).encode(), self.hash_name).hexdigest()

    def is_signed(self, values: Mapping[str, Any], signature: str, secrets: Iterable[str]) -> bool:
        """Tell whether `signature` was made with one of `secrets`, in constant time and any letter case."""
        given = signature.lower().encode()
        return any(hmac.compare_digest(self.sign(values, secret).encode(), given) for secret in secrets)


@dataclass(frozen=True, slots=True)
class HmacQuery(Hmac):
    """HMAC over the form-encoded query of all fields with `prefix`, sorted, empty ones left out.

    See docs/reference/vnpay.md.

    Encoding keeps the borders between fields, so this text has one reading.
    """

    prefix: str
    unsigned: tuple[str, ...]
    hash_name: str = "sha512"

    def base(self, values: Mapping[str, Any]) -> str:
        """Return the signed text, which is the query itself. Raises Malformed."""
        texts = {name: text_of(value) for name, value in values.items() if name.startswith(self.prefix)}
        return "&".join(
            f"{quote_plus(name)}={quote_plus(texts[name])}"
            for name in sorted(texts)
            if texts[name] and name not in self.unsigned
        )


@dataclass(frozen=True, slots=True)
class HmacPipe(Hmac):
    """HMAC over values joined by `|`, as VNPAY's server-to-server messages are signed (docs/reference/vnpay.md)."""

    fields: tuple[str, ...]
    hash_name: str = "sha512"

    def base(self, values: Mapping[str, Any]) -> str:
        """Return the signed text. Raises Malformed when a `|` stands inside a field but the last."""
        return PipeSha256(self.fields).base(values)


@dataclass(frozen=True, slots=True)
class HmacPairs(Hmac):
    """HMAC over unencoded `name=value` pairs joined by `&`, as MoMo signs (docs/reference/momo.md)."""

    fields: tuple[str, ...]
    hash_name: str = "sha256"

    def base(self, values: Mapping[str, Any]) -> str:
        """Return the signed text. Raises Malformed.

        Nothing is escaped, so a value that itself contains the start of a field (`&amount=`)
        would give the same text to two messages; any other `&` is just a letter.
        """
        texts = {name: text_of(values.get(name)) for name in self.fields}
        if any(f"&{name}=" in text for name in self.fields for text in texts.values()):
            raise Malformed("a field's name inside a signed field")
        return "&".join(f"{name}={text}" for name, text in texts.items())
