"""Vietnamese text for protocols that take ASCII only."""

from __future__ import annotations

import re
import unicodedata


def to_ascii(text: str, limit: int = 255) -> str:
    """Return `text` as `[A-Za-z0-9 .:_-]`, without accents, `limit` characters at most (T-11)."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    unaccented = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^A-Za-z0-9 .:_-]", " ", unaccented).split())[:limit].rstrip()
