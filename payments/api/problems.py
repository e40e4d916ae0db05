"""Every error of the API is an RFC 9457 problem document."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.exceptions import PermissionDenied as ApiPermissionDenied
from rest_framework.response import Response

from payments import errors

#: Error type → (status, short name, what to do).
_PROBLEMS: dict[type[Exception], tuple[int, str, str]] = {
    errors.BillHeld: (409, "bill-held", "Nobody should pay this bill for now: ask again later."),
    errors.BillNotPayable: (409, "bill-not-payable", "The bill is not open: read it again."),
    errors.BillHasMoney: (409, "bill-has-money", "An attempt to pay is in doubt: check it first."),
    errors.GatewayNotOffered: (422, "gateway-not-offered", "This gateway does not serve the agency."),
    errors.PaymentNotStarted: (503, "payment-not-started", "The gateway did not answer. No money moved."),
    errors.EndpointStopped: (409, "endpoint-stopped", "Nothing is sent there any more: register its address again."),
    errors.IdempotencyConflict: (409, "idempotency-conflict", "This Idempotency-Key came with another body."),
    errors.TooManyEndpoints: (409, "too-many-endpoints", "Remove one of your webhook endpoints first."),
    errors.RequestInProgress: (409, "request-in-progress", "The same request is being answered now."),
    RequestDataTooBig: (413, "content-too-large", "The body is too large."),
    SuspiciousOperation: (400, "bad-request", "This request cannot be read."),
    BadRequest: (400, "bad-request", "This request cannot be read."),
    UnreadablePostError: (400, "bad-request", "The connection broke before the body was whole."),
}


def document(code: int, name: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return the body of one problem document."""
    return {
        "type": f"/api/problems/{name}",
        "title": name.replace("-", " "),
        "status": code,
        "detail": detail,
        **more,
    }


def problem(code: int, name: str, detail: str, **more: Any) -> Response:
    """Return one problem document as an answer."""
    response = Response(document(code, name, detail, **more), status=code)
    response.content_type = "application/problem+json"
    return response


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None lets Django answer 500."""
    if isinstance(error, errors.InvalidBill):
        return problem(422, "invalid-bill", error.message, errors={error.field: [error.message]})
    if isinstance(error, errors.AddressRefused):
        return problem(422, "address-refused", error.message, errors={"url": [error.message]})
    if isinstance(error, errors.RefundRefused):
        return problem(422, "refund-refused", error.message)
    if isinstance(error, errors.GatewayRefusedPayment):
        return problem(
            422,
            "gateway-refused",
            "The gateway refuses this payment. No money moved.",
            gateway_code=error.code,
            reason=error.reason,
        )
    if isinstance(error, errors.AmountOutsideLimits):
        return problem(
            422, "amount-outside-limits", "The gateway takes no such sum.", least=error.least, most=error.most
        )
    if isinstance(error, errors.RemainingChanged):
        return problem(409, "remaining-changed", "Read the payment again.", remaining_amount=error.remaining)
    for kind, (code, name, detail) in _PROBLEMS.items():
        if isinstance(error, kind):
            return problem(code, name, detail)
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = ApiPermissionDenied()
    if isinstance(error, ValidationError):
        return problem(
            status.HTTP_422_UNPROCESSABLE_ENTITY,
            "invalid-request",
            "Some fields are not right.",
            errors=error.detail,
        )
    if isinstance(error, APIException):
        response = problem(error.status_code, str(error.default_code).replace("_", "-"), str(error.detail))
        if getattr(error, "auth_header", None):
            response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
        if getattr(error, "wait", None):
            response["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
        return response
    return None
