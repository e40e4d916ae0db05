"""Opens pages and sends their forms in every way; whatever a form does is undone before the next one."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve

from .form_variants import Submission, as_rendered, emptied, filled_in, kind_of, with_rows_added
from .html_forms import HtmlForm, forms_in
from .numbers_with_points import numbers_with_points

#: What differs between two renderings of one page.
_VOLATILE = re.compile(r'(csrfmiddlewaretoken" value|nonce|data-version)="[^"]*"')
#: How a page says by name what is wrong with what was sent, or that it was done.
_ANSWERS = ('role="alert"', "errorlist", "has-error", 'aria-invalid="true"', 'role="status"', "errornote")


class Crawler(AbstractContextManager["Crawler"]):
    """Collects `faults`; `sent` counts the submissions.

    Everybody sends each form as it is rendered; the first who sees it sends it in every other way, too.
    A form is known by its address and its fields, so that what stands on every page is sent once.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.sent = 0
        self._crash = ""
        self._known: set[Any] = set()

    def __enter__(self) -> Crawler:
        got_request_exception.connect(self._keep)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        got_request_exception.disconnect(self._keep)

    def _keep(self, **_signal: Any) -> None:
        self._crash = repr(sys.exc_info()[1])[:300]

    def open(self, who: str, client: Client, path: str) -> bool:
        """Send the forms of a page that this person has not sent from another page; return whether it is a page."""
        answer, page = self._ask(client, "get", path)
        if answer.status_code >= 500:
            self.faults.append(f"{who} GET {path}: {answer.status_code} {self._crash}")
        self.faults += [f"{path}: a number with a point: {found}" for found in set(numbers_with_points(page))]
        for form in forms_in(page) if answer.status_code == 200 else ():
            target = urljoin(path, form.action)
            if not form.can_be_sent or not target.startswith("/"):
                continue
            for submission in self._submissions(who, target, form):
                if fault := self._send(client, target, form, submission, page):
                    self.faults.append(f"{who} {path}: {form.method} {name_of(target)} {submission.what}: {fault}")
        return bool(page)

    def _submissions(self, who: str, target: str, form: HtmlForm) -> Iterator[Submission]:
        shape = (name_of(target), form.method, frozenset(kind_of(control.name) for control in form.controls))
        if (who, shape) not in self._known:
            buttons = {(button.name, button.value): button for button in form.buttons}
            for button in buttons.values() or [None]:
                yield as_rendered(form, button)
        if shape not in self._known:
            yield from emptied(form)
            yield filled_in(form)
            if added := with_rows_added(form):
                yield added
        self._known |= {shape, (who, shape)}

    def _send(self, client: Client, target: str, form: HtmlForm, submission: Submission, before: str) -> str:
        """Send it, judge the answer as at the commit there would have been, and undo everything; return the fault."""
        self.sent += 1
        cookies = copy.deepcopy(client.cookies)
        with undone():
            answer, after = self._ask(client, form.method, target, submission.data)
            fault = self._judge(answer, before, after, form)
            if not fault and not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        client.cookies = cookies
        return fault

    def _ask(self, client: Client, method: str, path: str, data: Any = None) -> tuple[Any, str]:
        client.raise_request_exception = False
        self._crash = ""
        answer: Any = getattr(client, method)(path, data or {}, follow=method == "post")
        is_page = answer.get("Content-Type", "").startswith("text/html")
        return answer, b"".join(answer).decode() if is_page else ""

    def _judge(self, answer: Any, before: str, after: str, form: HtmlForm) -> str:
        if answer.status_code >= 400 and not (answer.status_code in (400, 409, 422) and names_an_error(after)):
            return f"{answer.status_code} {self._crash}".strip()
        # Whoever searches again for the same sees the same.
        is_search = form.role == "search" or form.method == "get"
        if not is_search and after and _lasting(before) == _lasting(after) and not names_an_error(after):
            return "the page is as it was and says nothing"
        return ""


@contextmanager
def undone() -> Iterator[None]:
    """Undo at its end whatever was written; the views' own transactions are still the first to them."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def name_of(target: str) -> str:
    """Return the name of an address, or itself where it leads nowhere."""
    try:
        return resolve(urlsplit(target).path).view_name
    except Resolver404:
        return target


def names_an_error(page: str) -> bool:
    """Tell whether a page says what is wrong, or what was done."""
    return any(sign in page for sign in _ANSWERS)


def _lasting(page: str) -> str:
    return _VOLATILE.sub("", page)
