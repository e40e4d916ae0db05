"""Every error of the API is an RFC 9457 problem document (`catalogue`), whoever raised it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.exceptions import PermissionDenied as ApiPermissionDenied
from rest_framework.response import Response

from payments import errors

from .catalogue import PROBLEM, PROBLEMS, document, of_status

#: What an error is called, or what it is a kind of.
_NAMES: dict[type[Exception], str] = {
    errors.BillHeld: "bill-held",
    errors.BillNotPayable: "bill-not-payable",
    errors.BillHasMoney: "bill-has-money",
    errors.GatewayNotOffered: "gateway-not-offered",
    errors.GatewayRefusedPayment: "gateway-refused",
    errors.AmountOutsideLimits: "amount-outside-limits",
    errors.PaymentNotStarted: "payment-not-started",
    errors.EndpointStopped: "endpoint-stopped",
    errors.IdempotencyConflict: "idempotency-conflict",
    errors.TooManyEndpoints: "too-many-endpoints",
    errors.RemainingChanged: "remaining-changed",
    RequestDataTooBig: "content-too-large",
    SuspiciousOperation: "bad-request",
    BadRequest: "bad-request",
    UnreadablePostError: "bad-request",
}
#: A request is answered within moments; its repetition is asked to come so much later.
IN_PROGRESS_SECONDS = 2


def problem(name: str, detail: str = "", **more: Any) -> Response:
    """Return one problem document as an answer."""
    body = document(name, detail, **more)
    response = Response(body, status=body["status"])
    response.content_type = PROBLEM
    return response


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None lets Django answer 500."""
    if isinstance(error, errors.InvalidBill):
        return problem("invalid-bill", error.message, errors={error.field: [error.message]})
    if isinstance(error, errors.AddressRefused):
        return problem("address-refused", error.message, errors={"url": [error.message]})
    if isinstance(error, errors.RefundRefused):
        return problem("refund-refused", error.message)
    if isinstance(error, errors.RequestInProgress):
        response = problem("request-in-progress")
        response["Retry-After"] = str(IN_PROGRESS_SECONDS)
        return response
    if name := next((_NAMES[kind] for kind in type(error).__mro__ if kind in _NAMES), ""):
        return problem(name, **_facts(error))
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = ApiPermissionDenied()
    if isinstance(error, ValidationError):
        return problem("invalid-request", errors=error.detail)
    return _of_framework(error) if isinstance(error, APIException) else None


def _facts(error: Exception) -> dict[str, Any]:
    """Return what a problem says beside its name."""
    if isinstance(error, errors.GatewayRefusedPayment):
        return {"gateway_code": error.code, "reason": error.reason}
    if isinstance(error, errors.AmountOutsideLimits):
        return {"least": error.least, "most": error.most}
    if isinstance(error, errors.RemainingChanged):
        return {"remaining_amount": error.remaining}
    return {}


def _of_framework(error: APIException) -> Response:
    named = str(error.default_code).replace("_", "-")
    name = named if named in PROBLEMS else of_status(error.status_code)
    # Its own words say more than ours about JSON only: where it ends to be some.
    response = problem(name, str(error.detail) if name == "parse-error" else "")
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return response
