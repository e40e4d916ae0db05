"""The rules of size and place bite, our tree keeps them, and nothing is allowed that need not be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.matrix import addresses

from . import layout_rules as rules


def test_an_import_inside_a_function_is_found() -> None:
    source = "import os\n\n\ndef work():\n    if os:\n        from payments import tasks\n"
    assert list(rules.local_imports("payments/x.py", source)) == [(6, "work")]
    ready = "class App:\n    def ready(self):\n        from . import checks\n"
    assert list(rules.local_imports("payments/apps.py", ready)) == []
    assert list(rules.local_imports("payments/x.py", ready)) == [(3, "ready")]


@pytest.mark.parametrize(
    "source",
    [
        "from tests.portal.test_metrics import scrape",
        "from .test_metrics import scrape",
        "from . import test_metrics",
        "from ..portal.test_metrics import scrape",
        "import tests.portal.test_metrics",
    ],
)
def test_what_a_test_takes_from_another_is_found(source: str) -> None:
    [(line, module)] = rules.borrowed("tests/portal/test_x.py", source)
    assert (line, module) == (1, "tests.portal.test_metrics")


@pytest.mark.parametrize(
    "source",
    ["from tests.support.metrics import scrape", "from .world import test_of", "from payments import test_payments"],
)
def test_what_comes_from_elsewhere_may_be_taken(source: str) -> None:
    assert list(rules.borrowed("tests/portal/test_x.py", source)) == []


def test_a_folder_with_too_many_modules_is_found() -> None:
    modules = [f"payments/bills/m{number}.py" for number in range(rules.MOST_FILES)]
    assert list(rules.crowded([*modules, "payments/bills/__init__.py"])) == []
    assert list(rules.crowded([*modules, "payments/bills/one_more.py"])) == [("payments/bills", rules.MOST_FILES + 1)]
    free = [f"{folder}/m{number}.py" for number in range(30) for folder in ("tests/portal", "payments/migrations")]
    assert list(rules.crowded(free)) == []


def test_a_file_that_is_too_long_is_found() -> None:
    assert list(rules.long_files("x.py", "\n" * rules.LONGEST_FILE)) == []
    assert list(rules.long_files("x.py", "\n" * (rules.LONGEST_FILE + 1))) == [rules.LONGEST_FILE + 1]


@pytest.mark.parametrize(
    ("module", "name", "is_fault"),
    [
        ("payments.api.webhooks", "WebhookList", True),
        ("payments.api.webhook_views", "WebhookList", False),
        ("payments.api.views", "BillList", False),
        ("payments.reviews", "page", True),
        ("payments.admin.clients", "ClientAdmin.key", False),
        ("django.contrib.auth.views", "login", False),
        ("allauth.account.internal", "login", False),
    ],
)
def test_a_view_in_another_module_is_found(module: str, name: str, is_fault: bool) -> None:
    callback: Any = lambda request: None  # noqa: E731
    callback.__module__, callback.__qualname__ = module, name
    wrapped: Any = lambda request: None  # noqa: E731
    wrapped.__wrapped__ = callback
    assert rules.is_view_elsewhere(callback) is rules.is_view_elsewhere(wrapped) is is_fault
    view_of_a_class: Any = lambda request: None  # noqa: E731
    view_of_a_class.view_class = SimpleNamespace(__module__=module, __qualname__=name)
    assert rules.is_view_elsewhere(view_of_a_class) is is_fault


def test_every_view_stands_in_a_module_named_for_views() -> None:
    elsewhere = {name: pattern.callback.__module__ for name, pattern in addresses() if _is_elsewhere(pattern)}
    assert elsewhere == {}


def _is_elsewhere(pattern: Any) -> bool:
    return rules.is_view_elsewhere(pattern.callback)


def test_our_tree_keeps_the_rules_and_every_exception_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(rules.faults()) == []
    exceptions: tuple[dict[str, str], ...] = (rules.LOCAL_IMPORTS, rules.BORROWED)
    for allowed in exceptions:
        for path in list(allowed):
            with monkeypatch.context() as patch:
                patch.delitem(allowed, path)
                assert list(rules.faults(below=path)), f"{path} is allowed for nothing"
