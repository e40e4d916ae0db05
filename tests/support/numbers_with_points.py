"""Numbers with a thousands separator where a program reads them: `value="18.787"`, `?so=18.787`, `id="row-18.787"`.

Amounts somebody types are so by right, and so are texts that a person reads or hears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_TAG = re.compile(r"<([a-z][a-z0-9]*)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
#: The whole value, an answer of a query, a part of a path or of a name; not an office's identifier (H44.902).
_NUMBER = re.compile(r"(?:^|[^\d.\sA-Z])\d{1,3}(?:\.\d{3})+(?=$|[&/#?_-])")
#: Read by people.
_WORDS = {"title", "alt", "placeholder", "content", "aria-label", "label", "pattern", "d", "points", "style"}
_CHOSEN = ('type="hidden"', 'type="checkbox"', 'type="radio"', 'type="submit"', 'type="button"')


def numbers_with_points(page: str) -> Iterator[str]:
    """Yield the tags of a page that hold such a number, with the attribute."""
    for tag, rest in _TAG.findall(page):
        for name, value in _ATTRIBUTE.findall(rest):
            if name in _WORDS or (name == "value" and tag == "input" and not any(kind in rest for kind in _CHOSEN)):
                continue
            if _NUMBER.search(unescape(value)):
                yield f'<{tag} {name}="{value}">'
