"""The OpenAPI document: pages as pages, and every refusal a client may meet, described where it may meet it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from payments.api.base_views import ApiView, Pages
from payments.api.catalogue import PROBLEM
from payments.api.fields import StrictSerializer

Method = TypeVar("Method", bound=Callable[..., Any])
#: What any call may be answered: its address or key is not right, or the client goes beyond what is read.
_ALWAYS = {
    400: "The request cannot be read.",
    401: "The API key is missing, unknown or no longer active.",
    406: "Only JSON is answered.",
    422: "A parameter, a header or a field is missing, unknown or not right: `errors` says which.",
    429: "Too many requests of this key, or wrong keys from this address: come again after `Retry-After` seconds.",
}
_WITH_ID = {404: "There is no such thing, or it is another client's."}
_WITH_BODY = {
    413: "The body is too large.",
    415: "The body is not JSON in UTF-8.",
}
_WITH_KEY = {
    409: "This Idempotency-Key came with another body, or the state of things does not allow it: see `type`. "
    "`request-in-progress`: the first request is still being answered; send the same again after `Retry-After` seconds."
}
_COUNTED = {
    "RateLimit-Policy": 'Requests of a key in a window of seconds: `"key";q=…;w=…`',
    "RateLimit": 'What is left of them, and in how many seconds it begins anew: `"key";r=…;t=…`',
}
_WAIT = {"Retry-After": "In how many seconds to come again"}
_MADE = {"Location": "Where to read it"}


class ProblemSerializer(serializers.Serializer[Any]):
    """An RFC 9457 problem document. Some problems say more than is listed here."""

    type = serializers.CharField(help_text="/api/problems/ and the name of the problem, to decide by")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For people")
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="By parameter, header or field: what is not right", child=serializers.JSONField()
    )


class ApiSchema(AutoSchema):
    """Adds the refusals to what a view says of its answers."""

    def get_operation_id(self) -> str:
        """Return the name that a generated client gives the call."""
        return str(super().get_operation_id()).removeprefix("api_v1_").removeprefix("v1_")

    def _map_serializer(self, serializer: Any, *args: Any, **kwargs: Any) -> Any:
        shape = super()._map_serializer(serializer, *args, **kwargs)  # type: ignore[no-untyped-call]
        return {**shape, "additionalProperties": False} if isinstance(serializer, StrictSerializer) else shape

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        """Return the view's own answers and the problems that go with its kind of call."""
        bodies = super()._get_response_bodies(direction)
        if not isinstance(self.view, ApiView):
            return bodies  # what others are to answer to us
        problems = dict(_ALWAYS)
        if "{" in self.path:
            problems |= _WITH_ID
        if self.method == "POST":
            problems |= _WITH_BODY | _WITH_KEY
        problems |= getattr(getattr(self.view, self.method.lower()), "problems", {})
        for status, text in sorted(problems.items()):
            response = self._get_response_for_code(  # type: ignore[no-untyped-call]
                ProblemSerializer, str(status), [PROBLEM], direction
            )
            bodies[str(status)] = {**response, "description": text}
        for answered, body in bodies.items():
            body["headers"] = _described(_headers(self.view, self.method, str(answered)))
        return bodies


def _headers(view: ApiView, method: str, status: str) -> dict[str, str]:
    """Return the headers of an answer and what they say."""
    waits = _WAIT if status in ("409", "429") else {}
    made = _MADE if status == "201" and view.location else {}
    own = getattr(getattr(view, method.lower()), "headers", {}) if status[0] == "2" else {}
    return {**made, **own, **waits, **({} if status == "401" else _COUNTED)}


def _described(headers: dict[str, str]) -> dict[str, Any]:
    return {name: {"schema": {"type": "string"}, "description": text} for name, text in headers.items()}


def may_answer(problems: dict[int, str]) -> Callable[[Method], Method]:
    """Decorate a method of a view with problems of its own: status and what it means."""

    def mark(method: Method) -> Method:
        method.problems = problems  # type: ignore[attr-defined]
        return method

    return mark


def says(headers: dict[str, str]) -> Callable[[Method], Method]:
    """Decorate a method of a view with headers of its own answers: name and what it says."""

    def mark(method: Method) -> Method:
        method.headers = headers  # type: ignore[attr-defined]
        return method

    return mark


@cache
def page_of(serializer: type[serializers.BaseSerializer[Any]]) -> Any:
    """Return the shape of a cursor page of a list; one and the same for each serializer."""
    name = serializer.__name__.removesuffix("Serializer")
    return inline_serializer(
        name=f"{name}Page",
        fields={
            "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last"),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True, help_text=f"At most {Pages.page_size}"),
        },
    )
