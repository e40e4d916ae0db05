"""Which letters our papers can print: those of our own font, else of the fallback (DejaVu, cut to these scripts).

Names of the Ê Đê, Gia Rai and Ba Na have ĕ, ŏ, ŭ and ƀ, which the font of our pages lacks; so have names in Cyrillic.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "fonts"
#: Family → files of its regular and bold letters, the one that is tried first before its fallback.
FONTS = {
    "BeVietnamPro": ("BeVietnamPro-Regular.ttf", "BeVietnamPro-Bold.ttf"),
    "DejaVuSans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
}
_UNWRITTEN = frozenset("\n\r\t\u200b\u200c\u200d\u2060\ufeff\u00ad")


class UnprintableText(ValueError):
    """A paper would lose letters: it is not made. `letters` are those that no font of ours has."""

    def __init__(self, letters: str) -> None:
        super().__init__(f"no font of ours has {letters!r}")
        self.letters = letters


def unprintable(text: str) -> str:
    """Return the letters of a text that no paper can show, each once."""
    have = _printable()
    return "".join(dict.fromkeys(sign for sign in text if ord(sign) not in have and sign not in _UNWRITTEN))


@lru_cache(maxsize=1)
def _printable() -> frozenset[int]:
    files = (FOLDER / name for names in FONTS.values() for name in names[:1])
    return frozenset(code for file in files for code in TTFont(file, lazy=True).getBestCmap())
