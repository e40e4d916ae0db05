"""A mutant takes effect wherever its function is known, or not at all."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from . import importing
from .forks import Limits, forked
from .swap import changed_function, swap

SOURCE = """
from functools import cache, wraps
LIMIT = 3
def twice(function):
    @wraps(function)
    def doubled():
        return 2 * function()
    return doubled
@twice
def decorated():
    return 1 + len([n for n in range(LIMIT)])
@cache
def cached():
    return 1
class Box:
    size: int = 1
    @property
    def area(self):
        return self.size * 1
    @staticmethod
    def same(value=1):
        return value + 1
KNOWN = {"decorated": decorated, "cached": cached, "same": Box.same}
"""


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    module = ModuleType("mutated")
    module.__file__ = str(tmp_path / "mutated.py")
    exec(SOURCE, vars(module))  # noqa: S102 - ours
    return module


@pytest.mark.parametrize(
    ("before", "after", "name", "was", "becomes"),
    [
        ("1 + len", "1 - len", "decorated", 8, -4),
        ("    return 1\n", "    return 5\n", "cached", 1, 5),
        ("value + 1", "value - 1", "same", 2, 0),
    ],
)
def test_whoever_knows_a_function_has_the_mutant(
    module: ModuleType, before: str, after: str, name: str, was: int, becomes: int
) -> None:
    function, source = module.KNOWN[name], SOURCE.replace(before, after)
    changed = changed_function(SOURCE, source)
    assert changed is not None and changed.endswith(name)
    assert module.Box().area == 1
    assert function() == was
    assert swap(module, source, changed)
    getattr(function, "cache_clear", int)()
    assert function() == becomes


def test_a_property_is_a_function_too(module: ModuleType) -> None:
    assert swap(module, SOURCE.replace("size * 1", "size + 1"), "Box.area")
    assert module.Box().area == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [("LIMIT = 3", "LIMIT = 4"), ("size: int = 1", "size: int = 2"), ("value=1", "value=2"), ("@cache\n", "")],
)
def test_what_stands_outside_of_functions_cannot_be_swapped(before: str, after: str) -> None:
    assert changed_function(SOURCE, SOURCE.replace(before, after)) is None


def test_a_module_is_imported_with_the_source_of_a_mutant() -> None:
    def work() -> str:
        importing.install("tests.mutation.__main__", "MUTANT = 'here'")
        return str(vars(importlib.import_module("tests.mutation.__main__"))["MUTANT"])

    assert forked(work).text == "here"


def test_a_fork_says_what_it_found_and_is_ended_when_it_takes_too_long() -> None:
    assert forked(lambda: "đồng").text == "đồng"
    assert forked(lambda: str(1 // 0)).text is None

    def endless() -> str:
        while True:
            pass

    assert forked(endless, Limits(0.05, 60)).text is None
