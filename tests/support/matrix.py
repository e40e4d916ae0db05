"""The authorization matrix (`tests/authorization/matrix.csv`): its lines, the addresses of the site, one request."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.generic import RedirectView

from .world import Actor

TABLE = Path(__file__).parents[1] / "authorization/matrix.csv"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
#: No address at all: Django's redirect of old links of the administration, and its page "not found".
_ADMIN_CATCH_ALL = "catch_all_view"


def addresses(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every named address of the URLconf; an unnamed one is a fault."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [namespace, str(pattern.namespace or "")]))
            yield from addresses(pattern, inner)
        elif not _leads_nowhere(pattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield ":".join(filter(None, [namespace, pattern.name])), pattern


def _leads_nowhere(pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", None)
    return not pattern.name and (view is RedirectView or pattern.callback.__name__ == _ADMIN_CATCH_ALL)


def table() -> list[dict[str, str]]:
    """Return the lines of the matrix."""
    lines = [line for line in TABLE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return [{name: cell.strip() for name, cell in row.items()} for row in csv.DictReader(lines)]


class _Sender(Client):
    """A client that keeps nothing of an answer, neither its cookies nor a copy of each template's context."""

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))  # type: ignore[attr-defined]


_sender = _Sender()


@contextmanager
def unrendered() -> Iterator[None]:
    """Let pages be empty: of an answer the matrix reads its status. Every page is rendered for everybody by the
    crawler of forms (`tests/nets/test_forms_crawler.py`)."""
    with patch.object(Template, "render", lambda template, context=None, request=None: ""):
        yield


def verdict(actor: Actor, path: str, method: str, body: str) -> str:
    """Send one request and undo all it did."""
    _sender.cookies = actor.client.cookies
    undone = transaction.atomic()
    undone._from_testcase = True  # type: ignore[attr-defined]  # the views' own transactions are still their first
    with undone:
        answer: Any = _sender.generic(method, path, body, JSON if body else FORM, headers=actor.headers)
        transaction.set_rollback(True)
    return _in_a_word(answer)


def _in_a_word(answer: HttpResponse) -> str:
    if answer.status_code == 302:
        target = answer.headers["Location"]
        for word, start in (
            ("login", reverse(settings.LOGIN_URL)),
            ("login", "/admin/login/"),
            ("lookup", "/tra-cuu/"),
            ("lookup", reverse("submit-resume")),
        ):
            if target.startswith(start):
                return word
    if answer.status_code in (401, 403, 404, 405) or answer.status_code >= 500:
        return str(answer.status_code)
    return "yes"
