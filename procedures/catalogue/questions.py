"""What somebody asks the catalogue: words, each with its weight, and how much of them a phrase covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from .words import Word, is_small, sounds_like, typed

#: A word none of our procedures has says that something else is meant; a number says little, "for" and "how" nothing.
UNKNOWN, NUMBER, SMALL = 3.5, 0.7, 0.05
#: What a word weighs that had to be guessed at, and still less as part of a phrase.
GUESSED, _GUESSED_IN_PHRASE = 0.6, 0.5
_LIKE_ENOUGH = 0.8
#: Telling words between those of a phrase, at most, and what each takes off; what a phrase earns by coming first.
_MOST_BETWEEN, _PER_WORD_BETWEEN, _FIRST = 3, 0.06, 0.3


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a question. `is_telling`: it is about the matter; `is_guessed`: it was spelt in another way."""

    word: Word
    weight: float
    is_telling: bool = True
    is_guessed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a question in their order, with how much each says."""

    parts: tuple[Part, ...]
    bases: frozenset[str]

    @property
    def words(self) -> tuple[Word, ...]:
        """What it is about."""
        return tuple(part.word for part in self.parts if part.is_telling)

    @property
    def total(self) -> float:
        """What all its words weigh."""
        return sum(part.weight for part in self.parts) or 1.0

    def cover(self, phrase: tuple[Word, ...]) -> float:
        """Return which part of the question a phrase is, by weight: 0 unless all of it is there, in its order.

        Words may stand between, and what comes first is meant first: "công chứng hộ khẩu" is about certifying.
        """
        if not phrase or not all(word.base in self.bases for word in phrase):
            return 0.0
        return max((self._cover_from(start, phrase) for start in range(len(self.parts))), default=0.0)

    def _cover_from(self, start: int, phrase: tuple[Word, ...]) -> float:
        weight, between, matched = 0.0, 0, 0
        for part in self.parts[start:]:
            if part.word.fits(phrase[matched]):
                weight += part.weight * (_GUESSED_IN_PHRASE if part.is_guessed else 1)
                matched += 1
                if matched == len(phrase):
                    break
            elif not matched:
                return 0.0
            else:
                between += part.is_telling
        if matched < len(phrase) or between > _MOST_BETWEEN:
            return 0.0
        is_first = not any(part.is_telling for part in self.parts[:start])
        return weight / self.total * (1 - _PER_WORD_BETWEEN * between) * (1 + _FIRST * is_first)


def read(text: str, rarity: Mapping[str, float]) -> Question:
    """Return a question about things of which some words are rare; a word that none has is read as one that is near."""
    words = typed(text)
    is_all_small = all(map(is_small, words))
    parts = tuple(_part_of(word, rarity, is_telling=is_all_small or not is_small(word)) for word in words)
    return Question(parts, frozenset(part.word.base for part in parts))


def _part_of(word: Word, rarity: Mapping[str, float], *, is_telling: bool) -> Part:
    if not is_telling:
        return Part(word, SMALL, is_telling=False)
    if word.base.isdecimal():
        return Part(word, NUMBER)
    if word.base in rarity:
        return Part(word, rarity[word.base])
    meant = _meant(word, rarity)
    return Part(meant, rarity[meant.base] * GUESSED, is_guessed=True) if meant else Part(word, UNKNOWN)


def _meant(word: Word, rarity: Mapping[str, float]) -> Word | None:
    letters = sorted(word.base)
    alike = [base for base in rarity if base[0] == word.base[0] and len(base) > 3 and sorted(base) == letters]
    alike = alike or sorted(sounds_like(word.base) & rarity.keys(), key=lambda base: rarity[base])
    if not alike and len(word.base) >= 3:
        alike = get_close_matches(word.base, rarity, n=1, cutoff=_LIKE_ENOUGH)
    return Word(alike[0], ()) if alike else None
