"""Mutants of a source: every small change that should make a test fail."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip
_SQL = re.compile(r"\b(?:SELECT|UPDATE|INSERT|WHERE|JOIN)\b")
#: Texts within SQL and what each becomes.
_SQL_CHANGES = (
    (" AND ", " OR "), ("NOT EXISTS", "EXISTS"), (" <> ", " = "), (" IS NULL", " IS NOT NULL"),
    ("count(*) = 1", "true"),
)  # fmt: skip
#: Calls that only tell somebody what happened.
_TOLD = ("logger", "logging", "progress")
#: Arguments without which more is written or locked than needed, of a row that is locked and fresh: nothing differs.
_NARROWING = ("update_fields", "of")
#: Calls around texts for people.
_TEXTS = ("_", "gettext", "gettext_lazy", "gettext_noop")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where it is, what it says in place of what, and the whole source with it."""

    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """What was changed, without the line, which moves."""
        return f"{self.before} → {self.after}"


Change = Callable[[ast.AST], None]


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a source, in the order of its lines."""
    tree = ast.parse(source)
    paths = sorted(_reachable(tree), key=lambda item: getattr(item[1], "lineno", 0))
    for path, node in paths:
        for before, after, change in _changes(node):
            changed = copy.deepcopy(tree)
            change(_at(changed, path))
            ast.fix_missing_locations(changed)
            text = ast.unparse(changed)
            if text != ast.unparse(tree):
                yield Mutant(getattr(node, "lineno", 0), _short(before), _short(after), text)


Path = tuple[tuple[str, int | None], ...]


def _reachable(tree: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node that is code: no annotation, docstring, import, decorator, text or log."""
    yield path, tree
    if _is_switch(tree):
        return
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        if isinstance(value, ast.AST) and not _is_left_alone(value):
            yield from _reachable(value, (*path, (name, None)))
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, ast.AST) and not _is_left_alone(item):
                    yield from _reachable(item, (*path, (name, place)))


def _is_switch(node: ast.AST) -> bool:
    """Tell what is mutated as a whole, so that its name says what is switched: `durable=True`."""
    return isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in _NARROWING
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.JoinedStr):
        return not (isinstance(node, ast.JoinedStr) and _SQL.search(ast.unparse(node)))
    if isinstance(node, ast.Expr):
        value = node.value
        if isinstance(value, ast.Constant):
            return True
        return isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[0] in _TOLD
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TEXTS


def _at(tree: ast.AST, path: Path) -> ast.AST:
    for name, place in path:
        value = getattr(tree, name)
        tree = value if place is None else value[place]
    return tree


def _changes(node: ast.AST) -> Iterator[tuple[str, str, Change]]:
    yield from _conditions(node)
    yield from _values(node)
    yield from _left_out(node)


def _conditions(node: ast.AST) -> Iterator[tuple[str, str, Change]]:
    text = ast.unparse(node) if isinstance(node, ast.expr) else ""
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            if other := _COMPARED.get(type(op)):
                yield text, f"{other.__name__}", lambda n, p=place, o=other: n.ops.__setitem__(p, o())  # type: ignore[misc]
    elif isinstance(node, ast.BoolOp):
        other_op = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield text, other_op.__name__, lambda n, o=other_op: setattr(n, "op", o())  # type: ignore[misc]
        for place, value in enumerate(node.values):
            yield text, f"without {ast.unparse(value)}", lambda n, p=place: _drop(n.values, p)  # type: ignore[misc]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield text, ast.unparse(node.operand), lambda n: setattr(n, "operand", ast.UnaryOp(ast.Not(), n.operand))  # type: ignore[attr-defined]
    elif isinstance(node, ast.If | ast.IfExp):
        test = ast.unparse(node.test)
        for constant in (True, False):
            yield f"if {test}", f"if {constant}", lambda n, c=constant: setattr(n, "test", ast.Constant(c))  # type: ignore[misc]


def _values(node: ast.AST) -> Iterator[tuple[str, str, Change]]:
    if isinstance(node, ast.BinOp) and (other := _CALCULATED.get(type(node.op))):
        yield ast.unparse(node), other.__name__, lambda n, o=other: setattr(n, "op", o())  # type: ignore[misc]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield ast.unparse(node), "without its sign", lambda n: setattr(n, "op", ast.UAdd())
    if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
        yield ast.unparse(node), str(not node.value.value), lambda n: setattr(n.value, "value", not n.value.value)  # type: ignore[attr-defined]
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield str(node.value), str(not node.value), lambda n: setattr(n, "value", not n.value)  # type: ignore[attr-defined]
    elif isinstance(node.value, int):
        yield str(node.value), str(node.value + 1), lambda n: setattr(n, "value", n.value + 1)  # type: ignore[attr-defined]
    elif isinstance(node.value, str):
        for old, new in _SQL_CHANGES if node.value.strip() else ():
            for place in range(node.value.count(old)):
                start = _nth(node.value, old, place)
                changed = node.value[:start] + new + node.value[start + len(old) :]
                around = " ".join(node.value[max(0, start - 25) : start + 40].split())
                yield around, new.strip(), lambda n, c=changed: setattr(n, "value", c)  # type: ignore[misc]


def _left_out(node: ast.AST) -> Iterator[tuple[str, str, Change]]:
    """Statements, arguments and entries of tables that are not there."""
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(node, name, None)
        if not isinstance(statements, list) or isinstance(node, ast.Module | ast.ClassDef):
            continue
        for place, statement in enumerate(statements):
            is_call = isinstance(statement, ast.Expr) and not _is_left_alone(statement)
            is_set = isinstance(statement, ast.Assign) and isinstance(
                statement.targets[0], ast.Attribute | ast.Subscript
            )
            if is_call or is_set or isinstance(statement, ast.AugAssign):
                text = ast.unparse(statement)
                yield text, "nothing", lambda n, f=name, p=place: getattr(n, f).__setitem__(p, ast.Pass())  # type: ignore[misc]
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg and keyword.arg not in _NARROWING:
                text = ast.unparse(node)
                yield text, f"without {keyword.arg}", lambda n, p=place: n.keywords.pop(p)  # type: ignore[misc]
    if isinstance(node, ast.Dict):
        for place, key in enumerate(node.keys):
            if key is not None:
                yield f"{{{ast.unparse(key)}}}", "no such entry", lambda n, p=place: (n.keys.pop(p), n.values.pop(p))  # type: ignore[misc]
    if isinstance(node, ast.Tuple | ast.Set) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and node.elts:
        for place, element in enumerate(node.elts):
            if _is_left_alone(element):  # the label of a choice
                continue
            yield ast.unparse(node), f"without {ast.unparse(element)}", lambda n, p=place: n.elts.pop(p)  # type: ignore[misc]


def _drop(values: list[ast.expr], place: int) -> None:
    values.pop(place)
    if len(values) == 1:  # one operand is no `and`
        values.append(values[0])


def _nth(text: str, part: str, number: int) -> int:
    start = -1
    for _ in range(number + 1):
        start = text.index(part, start + 1)
    return start


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 100 else f"{text[:97]}…"
