"""Signing rules and notations that gateways share; the ordered field lists are data (gateways.md §10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from .base import Malformed

VIETNAM = timezone(timedelta(hours=7), "GMT+7")
STAMP = "%Y%m%d%H%M%S"


def stamp(moment: datetime) -> str:
    """Write an aware datetime as yyyyMMddHHmmss in GMT+7."""
    return moment.astimezone(VIETNAM).strftime(STAMP)


def read_stamp(value: str) -> datetime | None:
    """Read yyyyMMddHHmmss in GMT+7; None when it is something else."""
    try:
        return datetime.strptime(value, STAMP).replace(tzinfo=VIETNAM)
    except ValueError:
        return None


class RawNumber(str):
    """A JSON number kept as the text it was written in: 150000 and 150000.0 sign differently."""

    __slots__ = ()


def read_json(body: bytes) -> Any:
    """Parse JSON keeping the order of names and the text of numbers. Raises Malformed."""
    try:
        return json.loads(body.decode("utf-8"), parse_int=RawNumber, parse_float=RawNumber)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error


def read_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises Malformed."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value


def text(value: Any) -> str:
    """Return a decoded JSON value as it is signed: null is the empty string. Raises Malformed."""
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise Malformed("a field is not plain text")
    return str(value).encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def pick(message: Mapping[str, Any], fields: Sequence[str]) -> list[str]:
    """Return the named values in order, missing ones empty. Raises Malformed."""
    return [text(message.get(name)) for name in fields]


def pipe_sha256(values: Iterable[str], secret: str) -> str:
    """SHA-256 over values joined by | and followed by the secret (gateways.md 2.2)."""
    return hashlib.sha256("|".join([*values, secret]).encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two hex hashes, upper or lower case, in constant time."""
    return hmac.compare_digest(left.lower().encode(), right.lower().encode())


_HASHES: dict[str, type[hashes.HashAlgorithm]] = {"SHA256": hashes.SHA256, "SHA1": hashes.SHA1}


def rsa_sign(values: Iterable[str], private_key_pem: str, algorithm: str = "SHA256") -> str:
    """Base64 RSA PKCS#1 v1.5 over the values without separator (gateways.md 3.1)."""
    key = load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("an RSA private key is needed")
    signature = key.sign("".join(values).encode(), padding.PKCS1v15(), _HASHES[algorithm]())
    return base64.b64encode(signature).decode()


def rsa_verify(values: Iterable[str], signature: str, public_key_pem: str, algorithm: str = "SHA256") -> bool:
    """Tell whether the signature fits; anything unreadable does not."""
    key = load_pem_public_key(public_key_pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("an RSA public key is needed")
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, "".join(values).encode(), padding.PKCS1v15(), _HASHES[algorithm]())
    except (InvalidSignature, ValueError):
        return False
    return True


_AMOUNT = re.compile(r"[1-9][0-9]{0,14}")


def read_amount(value: str) -> int | None:
    """Read whole đồng: digits only, no sign, no leading zero, no fraction. None otherwise."""
    return int(value) if _AMOUNT.fullmatch(value) else None


def plain_ascii(value: str, limit: int) -> str:
    """Fold Vietnamese to the letters every gateway takes, [A-Za-z0-9 .:_-], and cut (trap 11)."""
    folded = unicodedata.normalize("NFD", value.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^A-Za-z0-9 .:_-]", " ", bare).split())[:limit]
