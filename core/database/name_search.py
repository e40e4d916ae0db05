"""Finds names whatever their accents and the order of their words, by a folded column with a trigram index."""

from __future__ import annotations

from django.db.models import Q

from core.values.text import fold

#: Fewer letters would make PostgreSQL read every name.
LEAST_LETTERS = 3
_MOST_WORDS = 8


def is_selective(text: str) -> bool:
    """Tell whether a text has a word long enough for the index."""
    return any(len(word) >= LEAST_LETTERS for word in fold(text).split())


def has_words(column: str, text: str) -> Q:
    """Return the condition that a folded column has each word of a text, of which at most eight count."""
    condition = Q()
    for word in fold(text).split()[:_MOST_WORDS]:
        condition &= Q(**{f"{column}__contains": word})
    return condition
