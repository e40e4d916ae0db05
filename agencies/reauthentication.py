"""Re-authentication before money moves or rights and keys are given (S-16)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

Answer = TypeVar("Answer")
#: An unlocked screen is worth no more than this.
RECENT = timedelta(minutes=15)


def must_be_proved(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired, which asks for password or code and then sends the same form again."""
    user: Any = request.user
    proofs = [float(record.get("at", 0)) for record in get_authentication_records(request, user)]
    if time.time() - max(proofs, default=0) > RECENT.total_seconds():
        raise ReauthenticationRequired


def recently_proved(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Require re-authentication for the POSTs of a view; GET stays free."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        if request.method == "POST":
            must_be_proved(request)
        return view(request, *args, **kwargs)

    return guarded


def recently_proved_method(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """As `recently_proved`, for a page of the administration."""

    @wraps(method)
    def guarded(page: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        if request.method == "POST":
            must_be_proved(request)
        return method(page, request, *args, **kwargs)

    return guarded
