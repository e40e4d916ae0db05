"""Words as people type them and as names have them: marks count where they were typed, spelling does not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from core.values.text import fold, plain

MOST_WORDS = 16
#: Either spelling is right (kí, ký), in these syllables only.
_EITHER_I = re.compile("(h|k|l|m|s|t|qu|v)y")
#: What people write for short, and for what.
_SHORT = {
    "cty": "cong ty",
    "dk": "dang ky",
    "đk": "đăng ký",
    "đkkd": "đăng ký kinh doanh",
    "gks": "giấy khai sinh",
    "blx": "bằng lái xe",
    "gpkd": "giấy phép kinh doanh",
    "xd": "xây dựng",
    "bhxh": "bảo hiểm xã hội",
    "bhyt": "bảo hiểm y tế",
    "bìa": "sổ",
}
#: Misspellings that sound alike, northern and southern: each word is looked for as both.
_ALIKE = (("tr", "ch"), ("s", "x"), ("r", "d"), ("gi", "d"), ("l", "n"))


@dataclass(frozen=True, slots=True)
class Word:
    """A syllable. `base` has no marks; `marks` are those typed, wherever a keyboard put the tone; none is any."""

    base: str
    marks: tuple[str, ...]

    def fits(self, other: Word) -> bool:
        """Tell whether a typed word may be this one: without marks it may be any of its letters."""
        return self.base == other.base and (not self.marks or self.marks == other.marks)


@lru_cache(maxsize=20_000)
def word(text: str) -> Word:
    """Take one syllable apart."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d\u0335"))
    base = "".join(sign for sign in letters if not unicodedata.combining(sign))
    base = f"{base[:-1]}i" if _EITHER_I.fullmatch(base) else base
    return Word(base, tuple(sorted(sign for sign in letters if unicodedata.combining(sign))))


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[Word, ...]:
    """Return the syllables of a name or a phrase, in their order."""
    return tuple(word(part) for part in re.findall(r"[\w.]+", plain(text).lower()))


#: Words of a sentence, not of a thing, with their marks: "có" is one, "cò" is not.
_SMALL = frozenset(
    words(
        "a an at bao bị cách cần cháu cho chỗ có của đâu để đến đi được em for get gì giúp hay hỏi how i is khác khi"
        " là làm loại lúc mấy mình muốn my này nào nhanh nhiều nhiêu như ở of online phải sao tại the thế theo thì thôi"
        " thủ to tôi tới tục và vừa về vì với what where xin"
    )
)
_SMALL_BASES = frozenset(each.base for each in _SMALL)


def is_small(each: Word) -> bool:
    """Tell whether a word belongs to any sentence; without marks it may be such a one."""
    return each in _SMALL or (not each.marks and each.base in _SMALL_BASES)


def typed(text: str) -> tuple[Word, ...]:
    """Return the words of a question, what is written for short in full."""
    spelt = " ".join(_SHORT.get(part, part) for part in re.findall(r"[\w.]+", plain(text).lower()))
    return words(spelt)[:MOST_WORDS]


def telling(text: str) -> tuple[Word, ...]:
    """Return the words of a phrase that say something."""
    every = words(text)
    return tuple(each for each in every if each not in _SMALL) or every


def bears(own: tuple[Word, ...], part: tuple[Word, ...]) -> bool:
    """Tell whether a name has some words of a question side by side."""
    starts = range(len(own) - len(part) + 1)
    return any(all(map(Word.fits, part, own[start:])) for start in starts)


def sounds_like(base: str) -> set[str]:
    """Return how a syllable may be spelt by who writes as they speak: "tam chu" for "tam tru"."""
    spellings = set()
    for one, other in _ALIKE:
        for beginning, instead in ((one, other), (other, one)):
            if base.startswith(beginning):
                spellings.add(instead + base[len(beginning) :])
    return spellings - {base}


def folded(text: str) -> str:
    """Return a text for trigrams: letters and digits only."""
    return re.sub(r"[^\w.]+", " ", fold(text)).strip()
