"""Vietnamese text for protocols that take ASCII only."""

from __future__ import annotations

import re

from core.values.text import unaccented


def to_ascii(text: str, limit: int = 255) -> str:
    """Return `text` as `[A-Za-z0-9 .:_-]`, without accents, `limit` characters at most (T-11)."""
    return " ".join(re.sub(r"[^A-Za-z0-9 .:_-]", " ", unaccented(text)).split())[:limit].rstrip()
