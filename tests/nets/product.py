"""What the product's sources name, read and write: names by syntax, not by meaning.

A name counts as read or written wherever in the product that happens; two fields of one name are told apart
only by their models. What this misses is a dead field that shares its name with a living one.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.source_rules import APPS, ROOT

from . import sources

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WRITING_SQL = re.compile(r"\b(INSERT INTO|UPDATE|SET|COPY)\b")
#: Calls whose keywords ask. Those of all others hand a value over, which may end in a row.
ASKING = ("filter", "exclude", "get", "Q", "first", "get_object_or_404")
#: Decorators that make a task of a function.
TASKS = ("shared_task", "task", "job")
_ENUMS = ("TextChoices", "IntegerChoices", "StrEnum", "IntEnum", "Enum", "Choices")
SETTINGS = "portal/settings/"
DATA = (".csv", ".json", ".yaml", ".sql")


@dataclass(slots=True)
class Product:
    """Names as they stand in the sources, but for where models and choices are declared."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    #: Names and values of choices, texts of templates' paths, and everything else in quotes.
    attributes: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    #: Class → what a module calls it.
    short_names: dict[str, set[str]] = field(default_factory=dict)
    strings: set[str] = field(default_factory=set)
    #: How often a text stands in Python.
    quoted: Counter[str] = field(default_factory=Counter)
    #: Patterns of texts that are put together (`f"dossiers/{name}.html"`).
    patterns: list[re.Pattern[str]] = field(default_factory=list)
    #: (file:line of the class, class, member, value) of every choice.
    choices: list[tuple[str, str, str, str]] = field(default_factory=list)
    #: Name of a task → its function.
    tasks: dict[str, str] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)

    def python(self, path: str, source: str) -> None:
        """Take in a module."""
        _Reader(self, path).visit(ast.parse(source))

    def settings(self, source: str) -> None:
        """Take in a module of settings: what it assigns, and which variables of the environment it asks for."""
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Assign):
                named = [name for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
                self.assigned |= {name.id for name in named if name.id.isupper()}
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("read", "is_set") and node.args:
                self.variables |= {ast.unparse(node.args[0]).strip("'")}

    def template(self, source: str) -> None:
        """Take in a template: what stands in its tags is read, and every path is named."""
        for tag in re.findall(r"\{[{%].*?[%}]\}", source, re.DOTALL):
            self.read.update(_WORD.findall(tag))
            self.strings.update(re.findall(r"[\"']([^\"']+)[\"']", tag))
        self.strings.update(re.findall(r"[\w./-]+", source))

    def data(self, source: str) -> None:
        """Take in a file of data: its words are values somebody writes."""
        words = set(_WORD.findall(source))
        self.strings |= words
        self.written |= words


class _Reader(ast.NodeVisitor):
    def __init__(self, product: Product, path: str) -> None:
        self.product, self.path = product, path
        self.is_admin = "admin" in path.rsplit("/", 2)[-1] or "/admin/" in path

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = [ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases]
        if any(base in _ENUMS for base in bases):
            self._choices(node)
        elif "Model" in bases or self.path.split("/")[1:2] == ["models"]:
            for line in node.body:  # a field that is declared is not yet used, but its default is
                if not isinstance(line, ast.Assign | ast.AnnAssign | ast.Expr):
                    self.visit(line)
                elif isinstance(line.value, ast.Call):
                    for keyword in line.value.keywords:
                        if keyword.arg in ("default", "condition", "choices"):
                            self.visit(keyword.value)
        else:
            self.generic_visit(node)

    def _choices(self, node: ast.ClassDef) -> None:
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                value = line.value.elts[0] if isinstance(line.value, ast.Tuple) and line.value.elts else line.value
                written = str(value.value) if isinstance(value, ast.Constant) else ""
                self.product.choices.append((f"{self.path}:{line.lineno}", node.name, line.targets[0].id, written))
            elif not isinstance(line, ast.Expr):
                self.visit(line)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).rsplit(".", 1)[-1] in TASKS:
                given = [keyword.value for keyword in decorator.keywords if keyword.arg == "name"] + decorator.args
                name = str(given[0].value) if given and isinstance(given[0], ast.Constant) else node.name
                self.product.tasks[name] = node.name
                if ast.unparse(decorator.func).endswith("job"):  # the registry runs it (core/background/jobs.py)
                    self.product.strings.add(name)
        for part in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if part is not None:
                self.visit(part)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.product.attributes.add(node.attr)
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        self.product.members.add(f"{owner}.{node.attr}")
        (self.product.written if isinstance(node.ctx, ast.Store) else self.product.read).add(node.attr)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.product.attributes.add(node.id)

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        for keyword in node.keywords:
            parts = (keyword.arg or "").split("__")
            if name in ASKING or len(parts) > 1:
                self.product.read.update(parts)
            else:
                self.product.written.update(parts)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Note short names for a class: `P, B = PaymentState, BillState`."""
        named, values = node.targets[0], node.value
        pairs = (
            zip(named.elts, values.elts, strict=False)
            if isinstance(named, ast.Tuple) and isinstance(values, ast.Tuple)
            else [(named, values)]
        )
        for name, value in pairs:
            if isinstance(name, ast.Name) and isinstance(value, ast.Name) and value.id[:1].isupper():
                self.product.short_names.setdefault(value.id, set()).add(name.id)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key in node.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self.product.written.add(key.value)
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pieces = [str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values]
        parts, fixed = [re.escape(piece) or "[^ /]+" for piece in pieces], "".join(pieces)
        if len(fixed) > 3 and " " not in fixed:  # else it says nothing, or is a sentence
            self.product.patterns.append(re.compile("".join(parts)))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str):
            self.product.strings.add(str(node.value))
            return
        self.product.strings.add(node.value)
        self.product.quoted[node.value] += 1
        words = set(_WORD.findall(node.value))
        # `order_by("-name")`, `values("bill__name")`, a list of fields, SQL.
        if len(words) <= 3 or " FROM " in node.value or _WRITING_SQL.search(node.value):
            names = {part for word in words for part in (word, *word.split("__"))}
            self.product.read |= names
            if self.is_admin or _WRITING_SQL.search(node.value) or node.value.isidentifier():
                self.product.written |= names


def read_product() -> Product:
    """Return what all sources of the product say."""
    product = Product()
    for path, source in sources.modules().items():
        if path.startswith(SETTINGS):
            product.settings(source)
        product.python(path, source)
    for app in APPS:
        for file in (ROOT / app).rglob("*.*"):
            if file.suffix in DATA:
                product.data(file.read_text())
    for file in templates():
        product.template(file.read_text())
    return product


def templates() -> list[Path]:
    """Return every template of the product."""
    every = (ROOT / "templates").rglob("*.*")
    return sorted(file for file in every if file.is_file() and "devtools" not in file.parts)
