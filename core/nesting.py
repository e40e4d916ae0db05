"""Nesting depth of a JSON text, measured without parsing it: a parser that recurses can be brought down by depth."""

from __future__ import annotations

import re

#: No message or form field of ours needs more. Far below any recursion limit of Python and its C parsers.
MOST_NESTED = 64
_SIGNS = re.compile(r'"(?:[^"\\]+|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def is_too_deep(text: str, most: int = MOST_NESTED) -> bool:
    """Tell whether brackets outside strings nest deeper than `most`; linear in the length of the text."""
    if text.count("[") + text.count("{") <= most:
        return False
    depth = 0
    for sign in _SIGNS.finditer(text):
        first = sign[0][0]
        if first in "[{":
            depth += 1
            if depth > most:
                return True
        elif first in "]}":
            depth -= 1
    return False
