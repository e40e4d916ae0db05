"""Search for procedures: by what their names and everyday words say, ranked, and cut off where nothing fits.

Every word of a question weighs by how rare it is among the procedures, and one that none of them has weighs most: a
question about something else finds nothing instead of a confident wrong list. A phrase people use (a procedure's
`keywords`) weighs more than its single words. What is done elsewhere gets its door (`elsewhere`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, FloatField, QuerySet, Value, When

from procedures.models import Procedure

from . import elsewhere, questions
from .elsewhere import Door
from .questions import Question
from .words import Word, bears, folded, telling, typed, words

#: Below this likeness a suggestion would only puzzle.
LEAST_LIKENESS = 0.3
#: Of what the words say a procedure must have so much, and so much of the best one's.
LEAST_SHARE, LEAST_OF_BEST = 0.55, 0.6
#: A phrase that is so much of a question is enough with less beside it.
LEAST_OF_PHRASE, LEAST_BESIDE_PHRASE = 0.45, 0.35
#: What a word weighs that stands there: in a name's first words, where it enumerates, among the words of an office.
_NAME, _KEYWORD, _FURTHER, _AROUND = 1.0, 0.9, 0.4, 0.3
_OTHER_MARKS = 0.5
_FIRST_WORDS = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """What one procedure is found by."""

    code: str
    names: tuple[tuple[Word, ...], ...]
    phrases: tuple[tuple[Word, ...], ...]
    weights: dict[str, tuple[tuple[Word, float], ...]]

    def weight_of(self, word: Word) -> float:
        """Return how well the procedure has a word: 1 in its name as it was typed, 0 not at all."""
        spelt_alike = self.weights.get(word.base, ())
        return max((weight * (1 if word.fits(own) else _OTHER_MARKS) for own, weight in spelt_alike), default=0.0)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a procedure answers a question: `share` of its words, `phrase` the part that is one of its phrases."""

    share: float
    phrase: float
    closeness: float

    @property
    def rank(self) -> float:
        """One number to order by."""
        return 2 * self.share + 3 * self.phrase + self.closeness

    @property
    def is_enough(self) -> bool:
        """Whether it may be shown as an answer."""
        return self.share >= LEAST_SHARE or (self.phrase >= LEAST_OF_PHRASE and self.share >= LEAST_BESIDE_PHRASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question finds: procedures, best first; a door where it is about something that is not done here."""

    procedures: QuerySet[Procedure]
    door: Door | None = None


def search(text: str, among: QuerySet[Procedure] | None = None) -> QuerySet[Procedure]:
    """Return what matches, best first; nothing where nothing fits. Without words: all, by name.

    Marks that were not typed do not decide ("hoa binh" finds "Hòa Bình"); those that were, do.
    """
    return answer(text, Procedure.objects.all() if among is None else among).procedures


def answer(text: str, among: QuerySet[Procedure]) -> Answer:
    """Return what a question finds, and the door where it leads elsewhere: then no list of ours is offered."""
    if not typed(text):
        return Answer(among.order_by("name"))
    columns = ("pk", "code", "name", "keywords", "name_en", "department")
    entries = {row[0]: _entry(*row[1:]) for row in among.order_by().values_list(*columns)}
    question = questions.read(text, elsewhere.vocabulary() | _rarity(entries.values()))
    fits = {pk: _fit(entry, question, text.strip()) for pk, entry in entries.items()}
    enough = {pk: fit for pk, fit in fits.items() if fit.is_enough}
    door = elsewhere.door_for(question, max((fit.phrase for fit in enough.values()), default=0.0))
    best = max((fit.rank for fit in enough.values()), default=0.0)
    ranks = [When(pk=pk, then=Value(fit.rank)) for pk, fit in enough.items() if fit.rank >= best * LEAST_OF_BEST]
    if door or not ranks:
        return Answer(among.none(), door)
    rank = Case(*ranks, default=Value(0.0), output_field=FloatField())
    return Answer(among.annotate(rank=rank).filter(rank__gt=0).order_by("-rank", "name"))


def every_hit(text: str, among: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """Return for an officer all that could be meant, best first: what answers, and whatever has each telling word.

    Nothing is cut off beside the best, and no door leads elsewhere: who asks knows the procedures.
    """
    if not typed(text):
        return among.order_by("name")
    columns = ("pk", "code", "name", "keywords", "name_en", "department")
    entries = {row[0]: _entry(*row[1:]) for row in among.order_by().values_list(*columns)}
    question = questions.read(text, _rarity(entries.values()))
    fits = {pk: _fit(entry, question, text.strip()) for pk, entry in entries.items()}
    has_all = {pk for pk, entry in entries.items() if question.words and all(map(entry.weight_of, question.words))}
    ranks = [When(pk=pk, then=Value(fit.rank)) for pk, fit in fits.items() if fit.is_enough or pk in has_all]
    if not ranks:
        return among.none()
    rank = Case(*ranks, default=Value(-1.0), output_field=FloatField())
    return among.annotate(rank=rank).filter(rank__gte=0).order_by("-rank", "name")


def suggestions(text: str, among: QuerySet[Procedure], most: int = 5) -> QuerySet[Procedure]:
    """Return what is nearest to words that found nothing, so that nobody ends at an empty page."""
    alike = among.annotate(rank=TrigramWordSimilarity(folded(text), "search_key"))
    return alike.filter(rank__gte=LEAST_LIKENESS).order_by("-rank", "name")[:most]


def _fit(entry: Entry, question: Question, text: str) -> Fit:
    if text[:1].isdecimal() and entry.code.startswith(text):
        return Fit(1.0, 1.0, 1.0)
    if question.bases.isdisjoint(entry.weights):
        return Fit(0.0, 0.0, 0.0)
    share = sum(entry.weight_of(part.word) * part.weight for part in question.parts) / question.total
    phrase = max(map(question.cover, (*entry.phrases, *entry.names)))
    return Fit(share, phrase, _closeness(entry, question))


def _closeness(entry: Entry, question: Question) -> float:
    """Return how much of the name the question is, words side by side before words anywhere: 0 to 1."""
    pairs = list(pairwise(question.words))
    own = (*entry.names, *entry.phrases)
    beside = max(sum(bears(phrase, pair) for pair in pairs) for phrase in own) / len(pairs) if pairs else 0.0
    return 0.6 * beside + 0.4 * max(_common(name, question.words) for name in entry.names)


def _common(name: tuple[Word, ...], question: tuple[Word, ...]) -> float:
    return sum(any(map(word.fits, name)) for word in question) / max(len(name), len(question), 1)


@lru_cache(maxsize=5_000)
def _entry(code: str, name: str, keywords: str, name_en: str, department: str) -> Entry:
    phrases = tuple(telling(phrase) for phrase in keywords.split(",") if phrase.strip())
    head = words(re.split(r" ?[(;]", name, maxsplit=1)[0])[:_FIRST_WORDS]
    weights: dict[str, dict[Word, float]] = {}
    places: Iterable[tuple[float, Iterable[Word]]] = (
        (_NAME, head),
        (_NAME, words(name_en)),
        (_KEYWORD, (word for phrase in phrases for word in phrase)),
        (_FURTHER, words(name)),
        (_AROUND, words(department)),
    )
    for weight, place in places:
        for word in place:
            own = weights.setdefault(word.base, {})
            own[word] = max(own.get(word, 0.0), weight)
    # "Driving licence" means the re-issue, too: what stands in brackets tells two of a name apart.
    names = tuple(dict.fromkeys(telling(each) for each in (name, name_en, name_en.partition(" (")[0])))
    return Entry(code, names, phrases, {base: tuple(own.items()) for base, own in weights.items()})


def _rarity(entries: Iterable[Entry]) -> dict[str, float]:
    """Return how much each word says: the fewer procedures have it, the more."""
    every = list(entries)
    counted: Counter[str] = Counter(base for entry in every for base in entry.weights)
    return {base: log(1 + len(every) / number) for base, number in counted.items()}
