"""Parses bodies of gateways: JSON and forms, order and number text kept for the signature.

Signatures are over text. A number therefore stays the very text it arrived as (150000 and
150000.0 sign differently, T-8) and members keep the order they arrived in,
because VNPT-Pay hashes its answers in received order (docs/reference/vnptpay.md#init-answer).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from .base import Malformed

#: A gateway sends about twenty fields; more is not a gateway.
MAX_FORM_FIELDS = 50


class RawNumber(str):
    """A JSON number as its own text, written back without quotes."""

    __slots__ = ()


def read_json(body: bytes | str) -> Any:
    """Return the JSON value, objects in order, numbers as `RawNumber`. Raises Malformed.

    Refused as well: a name that occurs twice in an object (two readers could see two
    messages) and text that is no Unicode (half a surrogate pair).
    """
    try:
        text = body if isinstance(body, str) else body.decode("utf-8-sig")
        value = json.loads(
            text,
            object_pairs_hook=_object_without_twins,
            parse_int=RawNumber,
            parse_float=RawNumber,
            parse_constant=RawNumber,
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {type(error).__name__}") from error
    return value


def read_object(body: bytes | str) -> dict[str, Any]:
    """Return the one JSON object in `body`, which may stand alone in an array. Raises Malformed."""
    value = read_json(body)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value


def read_enveloped(body: bytes) -> dict[str, Any]:
    """Return the object of a JSON body, or of the form field `data`. Raises Malformed.

    See docs/reference/vnptpay.md#confirm.

    The body itself decides, not the Content-Type: integrators saw both kinds under either.
    """
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return read_object(body)
    try:
        fields = parse_qsl(body.decode("utf-8"), strict_parsing=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise Malformed("neither JSON nor a form") from error
    payloads = [value for name, value in fields if name == "data"]
    if len(payloads) != 1:
        raise Malformed("the form has no single field `data`")
    return read_object(payloads[0])


def read_query(query: str) -> dict[str, str]:
    """Return the fields of a query string. Raises Malformed; a name that occurs twice is refused as well."""
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError as error:
        raise Malformed("the query cannot be read") from error
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Malformed("a name stands twice")
    return values


def text_of(value: Any) -> str:
    """Return a scalar as the text a signature is made over; absent is empty. Raises Malformed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise Malformed("a nested value where text belongs")


def write_json(value: Any) -> bytes:
    """Return compact UTF-8 JSON in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _object_without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members
