"""Folding Vietnamese text so that search and bank transfers match whatever marks were typed."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return lower-case ASCII: "Hòa Bình", "Hoà Bình" and "hoa binh" become the same."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
