"""Middleware: what the database refuses because it is there already is a page in plain words, not a 500.

Two people at once, or a form that does not know of a constraint: nothing is broken, and nothing was written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.database.duplicates import duplicate_in

logger = logging.getLogger(__name__)


class DuplicatesMiddleware:
    """Answers 409 with the words of the constraint; the API's clients compare codes and keep their own answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is done unless the view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say what is there already; leave every other error alone."""
        duplicate = duplicate_in(error)
        if duplicate is None or request.path_info.startswith("/api/"):
            return None
        logger.warning("%s %s: %s is broken", request.method, request.path, duplicate.constraint)
        return render(request, "portal/already_there.html", {"words": duplicate.words}, status=409)
