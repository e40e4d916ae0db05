"""Finding a procedure: without accents, with typing errors, in everyday words; ranked in PostgreSQL."""

from __future__ import annotations

import re
import unicodedata

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Lower

from agencies.text import fold

from .models import Procedure

MOST_WORDS = 8
#: Below this likeness a suggestion would only puzzle.
LEAST_LIKENESS = 0.3


def search(text: str, among: QuerySet[Procedure] | None = None) -> QuerySet[Procedure]:
    """Return what matches, best first: every word found, or else words alike (typing errors).

    Marks do not decide what is found ("hoa binh", "Hòa Bình" and "Hoà Bình" find the same),
    but who typed them sees the names that bear them first. Without words: by name.
    """
    if among is None:
        among = Procedure.objects.all()
    words = fold(text).split()[:MOST_WORDS]
    if not words:
        return among.order_by("name")
    folded = " ".join(words)
    every_word = Q()
    for word in words:
        every_word &= Q(search_key__regex=rf"\m{re.escape(word)}")  # \m: where a word begins
    exact = among.filter(every_word)
    found = exact if exact.exists() else among.filter(search_key__trigram_word_similar=folded)
    return _ranked(found, text, folded)


def suggestions(text: str, among: QuerySet[Procedure], most: int = 5) -> QuerySet[Procedure]:
    """Return what is nearest to words that found nothing, so that nobody ends at an empty page."""
    folded = " ".join(fold(text).split()[:MOST_WORDS])
    alike = among.annotate(rank=TrigramWordSimilarity(folded, "search_key"))
    return alike.filter(rank__gte=LEAST_LIKENESS).order_by("-rank", "name")[:most]


def _ranked(found: QuerySet[Procedure], text: str, folded: str) -> QuerySet[Procedure]:
    typed = unicodedata.normalize("NFC", text).lower().strip()
    is_code = Case(When(code__startswith=typed, then=Value(2.0)), default=Value(0.0), output_field=FloatField())
    # The likeness of whole names comes last: of two that say the same, the shorter is the plainer thing.
    rank = (
        is_code
        + TrigramWordSimilarity(folded, "search_key")
        + Greatest(TrigramWordSimilarity(typed, Lower("name")), TrigramWordSimilarity(typed, Lower("name_en")))
        + Greatest(TrigramSimilarity(Lower("name"), typed), TrigramSimilarity(Lower("name_en"), typed))
    )
    return found.annotate(rank=rank).order_by("-rank", "name")
