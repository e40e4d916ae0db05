"""Search for procedures: accent-insensitive, typo-tolerant, ranked in PostgreSQL."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from math import log

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, Count, F, FloatField, Max, Q, QuerySet, Value, When, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Lower

from core.values.text import fold
from procedures.models import Procedure

MOST_WORDS = 10
#: Below this likeness a suggestion would only puzzle.
LEAST_LIKENESS = 0.3
#: Of what the words say, weighed by how rare they are, a procedure must have so much, and so much of the best one's.
LEAST_SHARE, LEAST_OF_BEST = 0.3, 0.8
#: Words of a sentence, not of a thing; a text of nothing else is searched as it stands.
SMALL_WORDS = frozenset(
    re.findall(
        r"\w+", "bi cach can cho cua duoc giup hoi la lam muon nao nhu o phai tai the thu thoi toi tuc va ve voi xin"
    )
)
#: Either spelling is right (kí, ký), in these syllables only.
_EITHER_I = re.compile("(h|k|l|m|s|t|qu)[iy]")


def search(text: str, among: QuerySet[Procedure] | None = None) -> QuerySet[Procedure]:
    """Return what matches, best first: most of the words found, rare ones before common ones, or else words alike.

    Marks do not decide what is found ("hoa binh", "Hòa Bình" and "Hoà Bình" find the same),
    but who typed them sees the names that bear them first. Without words: by name.
    """
    if among is None:
        among = Procedure.objects.all()
    words = _words(text)
    if not words:
        return among.order_by("name")
    folded = " ".join(words)
    weights = _weights(words, among)
    if len(weights) * 2 < len(words):  # typing errors: too few words are known
        return _ranked(among.filter(search_key__trigram_word_similar=folded), text, folded, Value(0.0))
    total = sum(weights.values())
    share = sum(
        (Case(When(_has(word), then=Value(weight / total)), default=Value(0.0)) for word, weight in weights.items()),
        Value(0.0, FloatField()),
    )
    enough = Greatest(Value(LEAST_SHARE), Window(Max(share)) * Value(LEAST_OF_BEST))
    similar = among.annotate(share=share, enough=enough).filter(share__gte=F("enough"))
    return _ranked(similar, text, folded, F("share") * Value(4.0))


def suggestions(text: str, among: QuerySet[Procedure], most: int = 5) -> QuerySet[Procedure]:
    """Return what is nearest to words that found nothing, so that nobody ends at an empty page."""
    folded = " ".join(_words(text))
    alike = among.annotate(rank=TrigramWordSimilarity(folded, "search_key"))
    return alike.filter(rank__gte=LEAST_LIKENESS).order_by("-rank", "name")[:most]


def _words(text: str) -> list[str]:
    words = re.sub(r"[^\w.]+", " ", fold(text)).split()
    telling = [word for word in words if word not in SMALL_WORDS]
    return list(dict.fromkeys(telling or words))[:MOST_WORDS]


def _has(word: str) -> Q:
    pattern = _EITHER_I.sub(r"\1[iy]", word) if _EITHER_I.fullmatch(word) else re.escape(word)
    return Q(search_key__regex=rf"\m{pattern}\M")


def _weights(words: Sequence[str], among: QuerySet[Procedure]) -> dict[str, float]:
    """Return the weight of each word: the fewer procedures contain it, the higher. One query."""
    counted = among.aggregate(every=Count("pk"), **{f"has{n}": Count("pk", _has(word)) for n, word in enumerate(words)})
    return {word: log(1 + counted["every"] / counted[f"has{n}"]) for n, word in enumerate(words) if counted[f"has{n}"]}


def _ranked(matching: QuerySet[Procedure], text: str, folded: str, share: Combinable) -> QuerySet[Procedure]:
    typed = unicodedata.normalize("NFC", text).lower().strip()
    is_code = Case(When(code__startswith=typed, then=Value(2.0)), default=Value(0.0), output_field=FloatField())
    # The likeness of whole names comes last: of two that say the same, the shorter is the plainer thing.
    rank = (
        is_code
        + share
        + TrigramWordSimilarity(folded, "search_key")
        + Greatest(TrigramWordSimilarity(typed, Lower("name")), TrigramWordSimilarity(typed, Lower("name_en")))
        + Greatest(TrigramSimilarity(Lower("name"), typed), TrigramSimilarity(Lower("name_en"), typed))
    )
    return matching.annotate(rank=rank).order_by("-rank", "name")
