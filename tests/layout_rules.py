"""Where things stand: size of files and folders, places of imports and of views. Asked by `tests.checks`.

What is allowed all the same stands in a list here, with its reason.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .source_rules import APPS, ROOT
from .syntax import nodes

LONGEST_FILE = 300
#: `__init__.py` is no module of its own.
MOST_FILES = 15
#: Files whose imports may stand inside functions: why.
LOCAL_IMPORTS = {
    "tests/conftest.py": "read before Django is set up",
    "tests/drills/confirming.py": "a command that sets Django up itself",
    "tests/drills/moving.py": "a command that sets Django up itself",
    "tests/drills/system.py": "of a package that only drills need",
    "tests/simulator/__main__.py": "a command that sets Django up on servers it has started",
    "tests/support/servers.py": "a plugin that is read before Django is set up, and a command that sets it up",
}
#: Files that take from modules of tests: why.
BORROWED = {"tests/conformance/test_example_gateway.py": "takes the conformance kit over whole, as a package would"}

_TEST_MODULE = re.compile(r"(^|\.)test_\w+$")


def local_imports(path: str, source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and function of each import inside a function; Django wants some in `ready` of an `apps.py`."""
    if not any("import" in line and not line.startswith(("from ", "import ")) for line in source.splitlines()):
        return
    for function in nodes(source):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if function.name == "ready" and path.endswith("/apps.py"):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node.lineno, function.name


def borrowed(path: str, source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and module of each import out of a module of tests: what two of them need is `tests/support`'s."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in nodes(source):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            is_package = (ROOT / module.replace(".", "/")).is_dir()
            names = [f"{module}.{alias.name}" for alias in node.names] if is_package else [module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.startswith("tests.") and _TEST_MODULE.search(name))


def crowded(paths: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield the folders with too many modules, and how many; migrations and tests may be as many as they are."""
    modules = [Path(path) for path in paths]
    counts = Counter(str(module.parent) for module in modules if module.name != "__init__.py")
    for folder, count in sorted(counts.items()):
        if count > MOST_FILES and not folder.startswith("tests") and not folder.endswith("migrations"):
            yield folder, count


def long_files(path: str, source: str) -> Iterator[int]:
    """Yield the number of lines of a file that has too many."""
    count = len(source.splitlines())
    if count > LONGEST_FILE:
        yield count


def is_view_elsewhere(callback: Callable[..., Any]) -> bool:
    """Tell whether an address leads to a function or class of ours in a module that is not named for views.

    Methods are no views of their own: an administration's own addresses are methods of its class.
    """
    view = inspect.unwrap(callback)
    view = getattr(view, "view_class", getattr(view, "cls", view))
    module = str(getattr(view, "__module__", ""))
    is_ours = module.partition(".")[0] in APPS and "." not in str(getattr(view, "__qualname__", "."))
    return is_ours and not module.endswith((".views", "_views"))


def our_files() -> Iterator[tuple[str, str]]:
    """Yield path and text of every Python file of ours that is written by hand."""
    for folder in (*APPS, "tests", "bench"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if "/migrations/" not in path:
                yield path, file.read_text()


def faults(below: str = "") -> Iterator[str]:
    """Yield every fault as file:line: what; of those whose path begins so."""
    files = {path: source for path, source in our_files() if path.startswith(below)}
    for path, source in files.items():
        for line, function in local_imports(path, source):
            if path not in LOCAL_IMPORTS:
                yield f"{path}:{line}: an import inside the function {function}"
        for line, module in borrowed(path, source):
            if path not in BORROWED:
                yield f"{path}:{line}: takes from the tests of {module}: move it to tests/support"
        yield from (f"{path}: {count} lines, at most {LONGEST_FILE}" for count in long_files(path, source))
    yield from (f"{folder}: {count} modules, at most {MOST_FILES} in a folder" for folder, count in crowded(files))
