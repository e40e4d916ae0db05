"""The Vietnamese alphabet in PostgreSQL, whatever collations a server has: a ă â … d đ e ê … o ô ơ … u ư."""

from __future__ import annotations

import unicodedata

from django.db.models import CharField, F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate, Lower, Replace

_VOWELS, _TONES = "aăâeêioôơuưy", ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
#: Letters after the one they are written like; `{` and `|` come after `z`.
_AFTER = {"ă": "a{", "â": "a|", "đ": "d{", "ê": "e{", "ô": "o{", "ơ": "o|", "ư": "u{"}


def alphabetical(column: str) -> Combinable:
    """Return the expression by which names stand as in a Vietnamese dictionary, tones aside: Dương before Đặng."""
    toned = [(unicodedata.normalize("NFC", vowel + tone), vowel) for vowel in _VOWELS for tone in _TONES]
    plain = [*toned, *((letter.upper(), vowel) for letter, vowel in toned), ("Đ", "đ")]
    changed = [(letter, vowel) for letter, vowel in plain if letter != vowel]
    letters, vowels = ("".join(column) for column in zip(*changed, strict=True))
    key: Combinable = Func(F(column), Value(letters), Value(vowels), function="translate", output_field=CharField())
    for letter, place in _AFTER.items():
        key = Replace(key, Value(letter), Value(place))
    return Collate(Lower(key), "C")
