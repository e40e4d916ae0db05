"""The syntax of a source, read once for all rules that are asked of it one after the other."""

from __future__ import annotations

import ast
from functools import lru_cache


@lru_cache(maxsize=2)
def tree(source: str) -> ast.Module:
    """Return the parsed source; nobody changes it."""
    return ast.parse(source)


@lru_cache(maxsize=2)
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Return every node, as `ast.walk` yields them."""
    return tuple(ast.walk(tree(source)))
