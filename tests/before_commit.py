"""Nobody is told of a change before it is committed: what `make check` asks of every transaction block.

Another process that is woken or a screen that reloads before the commit reads the old rows.
The functions that must not be called inside a transaction are taken from the modules that
own them, so a renamed or a new one is guarded at once, and so is every function of ours
that calls one of them, however far down.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FunctionType, ModuleType

from core import live
from core.background import wakeup

from .source_rules import APPS, ROOT

#: The modules whose functions tell other processes of a change.
ANNOUNCERS: tuple[ModuleType, ...] = (wakeup, live)
#: Their functions that tell nobody of anything.
HARMLESS = {
    "core.background.wakeup.worker_is_awake": "lets the next caller wake a worker; wakes none",
    "core.live.stream_url": "signs text",
    "core.live.sign_topics": "signs text",
    "core.live.read_topics": "reads signed text",
}
#: The methods of a Celery task or application that send a message.
SENDING_METHODS = ("delay", "apply_async", "send_task")


def announcing_functions() -> frozenset[str]:
    """Return the dotted names of the functions that tell others, as their modules define them today."""
    names = {
        f"{module.__name__}.{name}"
        for module in ANNOUNCERS
        for name, function in vars(module).items()
        # Its very type: asking a lazy object of Django what it is an instance of would load the settings.
        if type(function) is FunctionType and function.__module__ == module.__name__ and not name.startswith("_")
    }
    return frozenset(names - HARMLESS.keys())


@dataclass
class Source:
    """One module: what its names mean, and the bodies of its functions by their dotted names."""

    name: str
    tree: ast.Module
    names: dict[str, str] = field(default_factory=dict)
    functions: dict[str, list[ast.stmt]] = field(default_factory=dict)


def read(name: str, text: str, *, is_package: bool = False) -> Source:
    """Parse a module given by its dotted name."""
    source = Source(name, ast.parse(text))
    parts = name.split(".") if is_package else name.split(".")[:-1]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                source.names[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            source.names.update({alias.asname or alias.name: f"{base}.{alias.name}" for alias in node.names})
    for function, owner in _functions(source.tree, name):
        source.functions[f"{owner}.{function.name}"] = function.body
        source.names.setdefault(function.name, f"{owner}.{function.name}")
    return source


def _functions(node: ast.AST, owner: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child, owner
        inside = f"{owner}.{child.name}" if is_function or isinstance(child, ast.ClassDef) else owner  # type: ignore[attr-defined]
        yield from _functions(child, inside)


def early_announcements(sources: Iterable[Source]) -> Iterator[tuple[str, int, str]]:
    """Yield module, line and function of each call that tells others from inside a transaction.

    Inside are `with transaction.atomic()` and the bodies of functions that are decorated with
    it or receive a signal; what is handed to `on_commit` waits for the commit.
    """
    by_name = {source.name: source for source in sources}
    announcing = announcing_calls(by_name)
    for source in by_name.values():
        lines = {
            (call.lineno, target)
            for statement in _inside_transactions(source.tree)
            for call in _calls(statement)
            if (target := _resolve(call.func, source, by_name)) in announcing
        }
        yield from ((source.name, line, target) for line, target in sorted(lines))


def announcing_calls(by_name: Mapping[str, Source]) -> frozenset[str]:
    """Return every function that tells others before a commit, itself or by one that it calls."""
    calls = {
        name: {_resolve(call.func, source, by_name) for statement in body for call in _calls(statement)}
        for source in by_name.values()
        for name, body in source.functions.items()
    }
    announcing = announcing_functions() | set(SENDING_METHODS)
    while more := {name for name, targets in calls.items() if targets & announcing} - announcing:
        announcing |= more
    return announcing


def _resolve(function: ast.expr, source: Source, by_name: Mapping[str, Source]) -> str:
    """Return the dotted name of what is called, or the bare name of a method that sends a message."""
    if isinstance(function, ast.Attribute) and function.attr in SENDING_METHODS:
        return function.attr
    return _meaning(_dotted(function), source, by_name)


def _meaning(text: str, source: Source, by_name: Mapping[str, Source]) -> str:
    """Follow a name through the imports of the modules it was imported from."""
    first, _, rest = text.partition(".")
    target = ".".join(filter(None, (source.names.get(first, first), rest)))
    module, _, name = target.rpartition(".")
    other = by_name.get(module)
    if other and other is not source and other.names.get(name, target) != target:
        return _meaning(name, other, by_name)
    return target


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _inside_transactions(tree: ast.AST) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        is_block = isinstance(node, ast.With) and any(_is_atomic(item.context_expr) for item in node.items)
        is_whole = isinstance(node, ast.FunctionDef) and any(
            _is_atomic(mark) or _dotted(_function_of(mark)) == "receiver" for mark in node.decorator_list
        )
        if is_block or is_whole:
            yield from node.body  # type: ignore[attr-defined]


def _is_atomic(node: ast.expr) -> bool:
    return _dotted(_function_of(node)) in ("atomic", "transaction.atomic")


def _function_of(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield calls that are made where they are written: not those of functions defined there, nor after a commit."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    if isinstance(node, ast.Call):
        if _dotted(node.func).rpartition(".")[2] == "on_commit":
            return
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)


def our_sources() -> Iterator[Source]:
    """Yield every module of the product."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            yield read(".".join(parts[:-1] if is_package else parts), path.read_text(), is_package=is_package)


def faults() -> Iterator[str]:
    """Yield every early announcement in our sources as a line for people."""
    for module, line, target in early_announcements(our_sources()):
        yield f"{module}:{line}: {target} tells others before the commit; use transaction.on_commit"
