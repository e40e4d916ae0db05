"""With room, calls at no depth ask the kernel for memory again and again: seen by the faults of untouched pages."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.module_loading import import_string

from core.call_stack import with_room

DEPTH, CALLS = 400, 100
#: Some for the pages that are touched once. Without room they are as many as `CALLS` at each edge.
FEW = CALLS // 2


def _nothing() -> None: ...


def _calls_down_to(depth: int) -> None:
    """Call in a loop, at each depth."""
    for _ in range(CALLS):
        _nothing()
    if depth:
        _calls_down_to(depth - 1)


def _faults(function: Callable[..., Any], *args: Any) -> int:
    """Return how many pages a function touches anew, in a thread that has no room itself."""
    counts = []

    def measure() -> None:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        function(*args)
        counts.append(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)

    thread = threading.Thread(target=measure)
    thread.start()
    thread.join()
    return counts[0]


def test_calls_with_room_touch_no_new_memory() -> None:
    assert _faults(with_room(_calls_down_to), DEPTH) < FEW


def test_every_request_has_room() -> None:
    def get_response(request: HttpRequest) -> HttpResponse:
        _calls_down_to(DEPTH)
        return HttpResponse()

    middleware = import_string(settings.MIDDLEWARE[0])
    assert _faults(middleware(get_response), RequestFactory().get("/")) < FEW
