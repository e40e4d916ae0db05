"""The same POST twice is the same answer: keys are kept for the life of the payment."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from payments.errors import IdempotencyConflict, RequestInProgress
from payments.models import ApiClient, IdempotentRequest

View = Callable[..., Response]
#: No request takes this long: whoever held the key has died, and the next caller takes over.
LEASE = timedelta(seconds=60)
#: Whole, as it came: two keys that begin alike are two.
_KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]([ -~]{0,253}[!-~])?$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Chosen by the client for one request: the same again is the same answer, for the life of the payment",
)


class ToldOnce(Response):
    """An answer with a secret in it: what is kept, and given again to a repetition, is `kept`, without it."""

    def __init__(self, data: Any, kept: Any, status: int) -> None:
        super().__init__(data, status=status)
        self.kept = kept


def idempotent(view: View) -> View:
    """Wrap a POST method of an API view; `Idempotency-Key` is required (1-255 characters).

    An answer is kept and given again. A refusal is not kept, so that the caller may mend
    the request and try again under the same key.
    A process may die between its work and the keeping of its answer, and the work is then
    done again: the view must find its own earlier work, or run under `atomic_idempotent`.
    """
    return _wrap(view, is_atomic=False)


def atomic_idempotent(view: View) -> View:
    """As `idempotent`, with the view and the keeping of its answer in one transaction."""
    return _wrap(view, is_atomic=True)


def _wrap(view: View, *, is_atomic: bool) -> View:
    @functools.wraps(view)
    def wrapper(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            raise ValidationError({"Idempotency-Key": [gettext("Cần tiêu đề này, 1-255 ký tự ASCII.")]})
        record, earlier = _claim(
            cast(ApiClient, request.user), key, fingerprint(request.method, request.path, request.data)
        )
        if earlier is not None:
            return earlier
        try:
            with transaction.atomic() if is_atomic else contextlib.nullcontext():
                response = view(self, request, *args, **kwargs)
                record.status = response.status_code
                record.response = response.kept if isinstance(response, ToldOnce) else response.data
                record.save(update_fields=["status", "response"])
        except BaseException:
            record.delete()
            raise
        return response

    return wrapper


def hashed(key: str) -> str:
    """Return what stands for a whole key where there is less room than it may need."""
    return hashlib.sha256(key.encode()).hexdigest()


def fingerprint(method: str | None, path: str, data: Any) -> str:
    """Return what tells a request from another one under the same key."""
    content = json.dumps([method, path, data], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _claim(client: ApiClient, key: str, fingerprint: str) -> tuple[IdempotentRequest, Response | None]:
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(client=client, key=key, fingerprint=fingerprint), None
    except IntegrityError:
        record = IdempotentRequest.objects.get(client=client, key=key)
    if record.fingerprint != fingerprint:
        raise IdempotencyConflict(key)
    if record.status is None:
        return _take_over(record), None
    return record, Response(record.response, status=record.status)


def _take_over(record: IdempotentRequest) -> IdempotentRequest:
    """Claim a key whose holder has died; one of several callers wins. Raises RequestInProgress."""
    now = timezone.now()
    abandoned = IdempotentRequest.objects.filter(pk=record.pk, status=None, created_at__lt=now - LEASE)
    if not abandoned.update(created_at=now):
        raise RequestInProgress(record.key)
    return record
