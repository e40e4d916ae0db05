"""What must stand in no log of a whole run: keys, passwords, phones, identity numbers, cards (S-35, S-44, S-70)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Of a phone in any notation, a căn cước of any province (docs/reference/domain.md#identity: 12 digits, 001 to 096),
#: a card of 16 digits.
PATTERNS = {
    "phone": re.compile(r"(?<![\d.])(?:\+84|0)[35789]\d{8}(?!\d)"),
    "identity number": re.compile(r"(?<![\w.-])0\d{2}[0-3]\d{8}(?![\w])"),
    "card": re.compile(r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d{4}){3}(?![\w])"),
}
#: A digest in hexadecimal holds any digits by chance: once in some hundred runs those of a phone.
_DIGEST = re.compile(r"\b[0-9a-f]{32,}\b")
_SHORTEST_SECRET = 12


def faults(folder: Path) -> list[str]:
    """Return what the logs of a demo's folder tell that they must not."""
    secrets = {
        name for path in ("demo.json", "contracts.json") for name in _secrets(json.loads((folder / path).read_text()))
    }
    faults_seen = []
    for path in sorted((folder / "logs").glob("*.log")):
        text = path.read_text(errors="replace")
        faults_seen += [f"{path.name}: a secret, {secret[:4]}…" for secret in secrets if secret in text]
        lines = _DIGEST.sub("digest", text).splitlines()
        for what, pattern in PATTERNS.items():
            faults_seen += [f"{path.name}: {what} in {line[:200]!r}" for line in lines if pattern.search(line)]
    return faults_seen


def _secrets(content: Any, name: str = "") -> Iterator[str]:
    """Yield the strings under names of secrets: `password`, `secret_key`, `api_key`, `bank_private_key` …"""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _secrets(value, f"{name}.{key}")
    elif isinstance(content, str) and re.search(r"password|secret|key", name) and len(content) >= _SHORTEST_SECRET:
        yield content
