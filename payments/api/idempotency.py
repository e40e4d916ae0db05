"""The same POST twice is the same answer: keys are kept for the life of the payment."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any, cast

from django.db import IntegrityError, transaction
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ..errors import IdempotencyConflict, RequestInProgress
from ..models import ApiClient, IdempotentRequest

View = Callable[..., Response]


def idempotent(view: View) -> View:
    """Wrap a POST method of an API view; `Idempotency-Key` is required (1-255 characters).

    An answer of 2xx or a conflict is kept and given again. Anything that failed before it
    changed something is not kept, so that the caller may mend the request and try again.
    """

    @functools.wraps(view)
    def wrapper(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= 255:
            raise ValidationError({"Idempotency-Key": ["This header is required, 1-255 characters."]})
        record, earlier = _claim(cast(ApiClient, request.user), key, _fingerprint(request))
        if earlier is not None:
            return earlier
        try:
            response = view(self, request, *args, **kwargs)
        except BaseException:
            record.delete()
            raise
        record.status, record.response = response.status_code, response.data
        record.save(update_fields=["status", "response"])
        return response

    return wrapper


def _fingerprint(request: Request) -> str:
    content = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
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
        raise RequestInProgress(key)
    return record, Response(record.response, status=record.status)
