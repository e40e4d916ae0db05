"""Putting a mutant into a process that has imported the module: the code of one function is exchanged.

Whoever imported the function, decorated it or keeps it in a table has the mutant then. What stands outside of
functions has been computed by that time: such mutants need a process that imports the module anew.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType


def changed_function(before: str, after: str) -> str | None:
    """Return the qualified name of the one function whose body differs; None when anything else does."""
    old, new = ast.parse(before), ast.parse(after)
    bodies = [{name: ast.dump(_emptied(node)) for name, node in _functions(tree)} for tree in (old, new)]
    names = [name for name, _ in _functions(old)]
    changed = [name for name in bodies[0] if bodies[0][name] != bodies[1].get(name)]
    if len(changed) != 1 or names.count(changed[0]) != 1 or ast.dump(old) != ast.dump(new):
        return None
    return changed[0]


def swap(module: ModuleType, source: str, name: str) -> bool:
    """Give the module's function of this name the code it has in the source; return whether that is possible."""
    function = _function(module, name)
    code = _code(compile(source, str(module.__file__), "exec", dont_inherit=True), name)
    if function is None or code is None or function.__code__.co_freevars != code.co_freevars:
        return False
    function.__code__ = code
    return True


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the functions of a module and the methods of its classes; what stands within them is theirs."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{each.name}", each) for each in node.body if isinstance(each, ast.FunctionDef))


def _emptied(function: ast.FunctionDef) -> ast.Module:
    """Take the body out of a function and return it."""
    body, function.body = function.body, []
    return ast.Module(body, [])


def _function(module: ModuleType, name: str) -> FunctionType | None:
    """Find a function below its decorators."""
    found: object = module
    for part in name.split("."):
        found = vars(found).get(part)
    for below in ("__func__", "fget", "func"):
        found = getattr(found, below, found)
    found = inspect.unwrap(found) if callable(found) else None
    return found if isinstance(found, FunctionType) and found.__qualname__ == name else None


def _code(outer: CodeType, name: str) -> CodeType | None:
    codes = [each for each in outer.co_consts if isinstance(each, CodeType)]
    return next((each for each in codes if each.co_qualname == name), None) or next(
        filter(None, (_code(each, name) for each in codes if name.startswith(f"{each.co_qualname}."))), None
    )
