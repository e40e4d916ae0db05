"""The browser that tests share is replaced when it has gone."""

from __future__ import annotations

import ast
from pathlib import Path

from playwright.sync_api import Playwright

from .browser import NEEDS_CHROMIUM, _Chromium

pytestmark = NEEDS_CHROMIUM
TESTS = Path(__file__).resolve().parent.parent


def _is_function(given: ast.expr, module: ast.Module) -> bool:
    if isinstance(given, ast.Name):
        named = [node for node in ast.walk(module) if isinstance(node, ast.Assign)]
        return any(ast.unparse(node.targets[0]) == given.id and "=>" in ast.unparse(node.value) for node in named)
    return "=>" in ast.unparse(given)


def test_what_is_waited_for_is_a_function() -> None:
    """Playwright asks an expression anew with `eval`, which our pages forbid: it passes only if true at once."""
    waits = [
        (path, call, module)
        for path in TESTS.rglob("*.py")
        for module in [ast.parse(path.read_text())]
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".wait_for_function")
    ]
    assert len(waits) >= 10
    assert [
        f"{path.name}:{call.lineno}" for path, call, module in waits if not _is_function(call.args[0], module)
    ] == []


def test_a_browser_that_has_gone_is_launched_again(playwright: Playwright) -> None:
    chromium = _Chromium(playwright)
    first = chromium.get()
    assert chromium.get() is first, "one that lives is kept"
    first.close()
    second = chromium.get()
    assert second is not first
    assert second.new_context().new_page().evaluate("1 + 1") == 2
    chromium.close()
