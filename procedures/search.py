"""Finding a procedure without accents, by code, name or department."""

from __future__ import annotations

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Greatest

from agencies.text import fold

from .models import Procedure


def search(text: str) -> QuerySet[Procedure]:
    """Return matching procedures, best first: all words found, then words alike (typing errors)."""
    words = fold(text).split()
    procedures = Procedure.objects.all()
    if not words:
        return procedures.order_by("name")
    every_word = Q()
    for word in words[:8]:
        every_word &= Q(search_key__contains=word)
    exact = procedures.filter(every_word)
    alike = procedures.filter(search_key__trigram_word_similar=" ".join(words))
    procedures = exact if exact.exists() else alike
    rank = Greatest(TrigramWordSimilarity(" ".join(words), "search_key"), Value(0.0))
    return procedures.annotate(rank=rank).order_by("-rank", "name")
