"""Lookups of templates that Django lets fail silently: of something that a thing which is there does not have.

`{{ case.notice }}`, `{% if case.notice %}`, `{% include … with notice=case.notice %}`: where `case` is there and has
no `notice`, nothing is printed and nothing is told, whatever the tag. A name that a page was not given at all, what
an address did not ask, and what is looked up on None, are ways to say "not here" and are left alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.http import QueryDict
from django.template.base import Node, Variable, VariableDoesNotExist
from django.template.context import BaseContext

ROOT = Path(__file__).resolve().parents[2]
OURS = ("templates/", "devtools/", "gateways/")

#: (template, lookup) → why what is looked up may be absent.
ALLOWED = {
    (
        "templates/components/field.html",
        "field.field.asked_when",
    ): "a field that is always asked has none",
    (
        "templates/components/field.html",
        "field.field.widget.input_type",
    ): "a widget that is no <input> has none",
    ("templates/mfa/index.html", "authenticators.recovery_codes"): "allauth's dict has what somebody has set up",
    ("templates/mfa/index.html", "authenticators.totp"): "allauth's dict has what somebody has set up",
    ("templates/mfa/index.html", "authenticators.webauthn"): "allauth's dict has what somebody has set up",
}

Lookup = tuple[str, str, str]


@contextmanager
def failed_lookups() -> Iterator[set[Lookup]]:
    """Record (template, lookup, type of what lacks it) of each that fails in one of our templates meanwhile."""
    failed: set[Lookup] = set()
    resolve = Variable._resolve_lookup  # type: ignore[attr-defined]

    def watched(variable: Variable, context: Any) -> Any:
        try:
            return resolve(variable, context)
        except VariableDoesNotExist as error:
            _bit, owner = error.params
            may_lack = owner is None or owner == "" or isinstance(owner, BaseContext | QueryDict)
            if not may_lack and (name := _template()):
                failed.add((name, str(variable.var), type(owner).__name__))
            raise

    with patch.object(Variable, "_resolve_lookup", watched):
        yield failed


def unexpected(failed: set[Lookup]) -> list[str]:
    """Return the lookups that nobody allowed, as lines for people."""
    return sorted(
        f"{template}: {{{{ {lookup} }}}}: a {owner} has none"
        for template, lookup, owner in failed
        if (template, lookup) not in ALLOWED
    )


@cache
def _ours(origin: str, root: Path) -> str:
    """Return a template's path in our tree; "" for another's."""
    path = Path(origin)
    name = str(path.relative_to(root)) if path.is_relative_to(root) else ""
    return name if name.startswith(OURS) else ""


def _template() -> str:
    """Return the path of our template whose node is being rendered; "" for another's."""
    frame = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if frame.f_code.co_name == "render_annotated" and isinstance(node, Node):
            return _ours(str(node.origin.name), ROOT)
        frame = frame.f_back  # type: ignore[assignment]
    return ""
