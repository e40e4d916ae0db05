"""Regular expressions of the product, and whether a long text makes one of them slow."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator

from . import sources

_FUNCTIONS = ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
#: One of each kind, tried beside the letters a pattern names itself.
_KINDS = ("a", "0", " ", "-", '"', "đ")
#: In small steps, because an exponential pattern would never come to the end of a long text.
LENGTHS = (24, 28, 32, 36, 64, 500, 5_000)
#: Seconds; a linear pattern takes a hundredth.
SLOW = 0.03


def of_product() -> Iterator[tuple[str, str]]:
    """Yield (place, pattern) of every regular expression that is written out."""
    for path, source in sources.modules().items():
        for node in ast.walk(ast.parse(source)) if "re." in source else ():
            if (pattern := _pattern(node)) is not None:
                yield f"{path}:{node.lineno}", pattern  # type: ignore[attr-defined]


def _pattern(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    if ast.unparse(node.func.value) != "re" or node.func.attr not in _FUNCTIONS:
        return None
    try:
        written = ast.literal_eval(node.args[0])
    except ValueError:  # put together of names
        return None
    return written.decode("latin-1") if isinstance(written, bytes) else written


def fault_of(pattern: str) -> str:
    """Return how a pattern is slow: for texts of growing length; empty when it is not."""
    compiled = re.compile(pattern)
    for pump in _pumps(pattern):
        for length in LENGTHS:
            text = pump * (length // len(pump)) + "\x01"
            began = time.thread_time()
            compiled.search(text)
            if (took := time.thread_time() - began) > SLOW:
                return f"takes {took:.2f} s for {length} × {pump!r}"
    return ""


def _pumps(pattern: str) -> list[str]:
    letters = list(dict.fromkeys([*_KINDS, *(sign for sign in pattern if sign.isalnum() or sign in " .,-_/%=@:\"'[{")]))
    return letters[:14] + [a + b for a in letters[6:9] for b in _KINDS[:3]]
