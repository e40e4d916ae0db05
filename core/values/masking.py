"""Masks a bank's message for display: no signature, no personal name or number. Pure.

The stored row keeps all of it, for the courts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

_PROOF = re.compile(r"sign|hash|mac|token|secret|checksum|secure|authorization|cookie|password|key", re.IGNORECASE)
_PERSON = re.compile(r"name|phone|mobile|mail|address|addr|account|acc|card|payer|customer", re.IGNORECASE)
#: What a person asks the bank with: shown whole, however long the number.
_REFERENCE = re.compile(r"date|time|order|trans|ref|amount|txn", re.IGNORECASE)
#: A phone, an identity or card number, an account: with separators only where no code of ours goes before.
_LONG_NUMBER = re.compile(r"\d{9,}|(?<![\w.\-])\+?\d(?:[ .\-]?\d){8,}")
#: A signature or key where no name says so.
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/_=\-]{32,}")
_MAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]+@[\w.\-]+")
_FORM = re.compile(r"\A[\w.\[\]\-]+=[^\s]*")
LONGEST_VALUE = 120
#: A message of a bank is a few kilobytes; one that is not is cut, and says so.
LONGEST_TEXT = 16 * 1024


def fields(named_values: Mapping[str, Any], unmasked: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """Return fields by name, each value masked; texts in `unmasked` (our codes, the bank's number) stay."""
    return tuple((name, value(name, str(text), unmasked)[:LONGEST_VALUE]) for name, text in named_values.items())


def value(name: str, text: str, unmasked: Collection[str] = ()) -> str:
    """Mask one value by the name of its field."""
    if _PROOF.search(name):
        return "…"
    if _PERSON.search(name):
        return f"{text[:1]}…" if text else ""
    return text if _REFERENCE.search(name) else scrub(text, unmasked)


def scrub(text: str, unmasked: Collection[str] = ()) -> str:
    """Mask what in a free text could be a person's number or address, or a key."""

    def shortened(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        return match[0] if match[0] in unmasked else f"…{digits[-4:]}"

    text = _LONG_TOKEN.sub(lambda match: match[0] if match[0] in unmasked else "…", text)
    return _LONG_NUMBER.sub(shortened, _MAIL.sub("…@…", text))


def message(raw: str, unmasked: Collection[str] = ()) -> str:
    """Return a message as it came, each value in its place masked: JSON, a form or query, or plain text."""
    cut = raw[:LONGEST_TEXT]
    if len(raw) == len(cut):
        try:
            parsed = json.loads(raw)
        except (ValueError, RecursionError):
            parsed = None
        if isinstance(parsed, dict | list):
            return json.dumps(_inside("", parsed, unmasked), ensure_ascii=False, indent=1)
        if _FORM.fullmatch(raw.strip()):
            pairs = parse_qsl(raw.strip(), keep_blank_values=True)
            return "\n".join(f"{name}={value(name, text, unmasked)}" for name, text in pairs)
    return "\n".join(_lines(cut, unmasked)) + ("\n…" if len(raw) > len(cut) else "")


def _inside(name: str, parsed: Any, unmasked: Collection[str]) -> Any:
    if isinstance(parsed, dict):
        return {key: _inside(str(key), child, unmasked) for key, child in parsed.items()}
    if isinstance(parsed, list):
        return [_inside(name, child, unmasked) for child in parsed]
    masked = value(name, str(parsed), unmasked)
    return parsed if parsed is None or isinstance(parsed, bool) or masked == str(parsed) else masked


def _lines(text: str, unmasked: Collection[str]) -> Iterator[str]:
    """Mask `name: value` lines by their name, others as free text."""
    for line in text.splitlines():
        name, colon, content = line.partition(":")
        named = bool(colon) and name.strip().replace("-", "").replace("_", "").isalnum()
        yield f"{name}:{value(name, content, unmasked)}" if named else scrub(line, unmasked)
