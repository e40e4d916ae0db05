"""Chromium whose requests Django's test client answers: in one thread and one transaction, which can be undone."""

from __future__ import annotations

import contextvars
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, Request, Route

#: Trusted as https is, so that a page has all that browsers keep for safe origins.
ORIGIN = "http://localhost"
Answer = tuple[int, bytes, dict[str, str]]


class ClientPage:
    """A tab of somebody; `errors` are those of its console and its scripts, `posted` the answers to what it sent."""

    #: Files are the same for everybody.
    _files: dict[str, Answer] = {}

    def __init__(self, browser: Browser, client: Client) -> None:
        self.client = client
        self.errors: list[str] = []
        self.posted: list[int] = []
        # Playwright answers in a context of its own, which would have a database connection of its own.
        self._context = contextvars.copy_context()
        self.context = browser.new_context(service_workers="block")
        self.page: Page = self.context.new_page()
        self.context.route("**/*", self._route)
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def goto(self, path: str) -> None:
        """Open an address of the site."""
        be_patient()
        self.page.goto(ORIGIN + path)

    def _route(self, route: Route) -> None:
        request = route.request
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != ORIGIN or request.resource_type == "eventsource":
            route.fulfill(status=204)
            return
        if parts.path not in self._files:
            answer = self._context.run(self._ask, request, parts.path + (f"?{parts.query}" if parts.query else ""))
            if parts.path.startswith("/static/"):
                self._files[parts.path] = answer
        status, body, headers = self._files.get(parts.path) or answer
        route.fulfill(status=status, body=body, headers=headers)

    def _ask(self, request: Request, path: str) -> Answer:
        """Let the client answer; it follows redirects, which the browser would follow past the route."""
        headers = {
            name: value for name, value in request.headers.items() if name in ("x-fragment", "accept", "referer")
        }
        self.client.raise_request_exception = False
        answer: Any
        if request.method == "POST":
            kind = request.headers.get("content-type", "application/octet-stream")
            body = request.post_data_buffer or b""
            answer = self.client.post(path, body, content_type=kind, headers=headers, follow=True)
            self.posted.append(answer.status_code)
        else:
            answer = self.client.get(path, headers=headers, follow=True)
        be_patient()
        content = b"".join(answer) if answer.streaming else answer.content
        return answer.status_code, content, {n: v for n, v in answer.headers.items() if n != "Content-Length"}


def be_patient() -> None:
    """Let the test's transaction wait for the browser, though a view said for its own that it waits for nobody."""
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
