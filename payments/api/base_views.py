"""What all views of the API share: one client's things only, known names only, pages by cursor."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from core.values.text import row_key
from payments.models import ApiClient

CURSOR = OpenApiParameter("cursor", str, description="Of `next` or `previous` of a page")


class Pages(CursorPagination):
    """Pages that stay right while new rows arrive."""

    page_size = 50
    ordering = "-id"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the place a cursor names. Raises NotFound for one of another list: it names no id."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor and cursor.position is not None and not row_key(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


class ApiView(APIView):
    """A view that refuses parameters and bodies nobody reads: a client that sends one believes that it counts."""

    #: Parameters of GET.
    parameters: ClassVar[tuple[str, ...]] = ()
    #: Whether POST takes a body.
    has_body: ClassVar[bool] = False

    @property
    def client(self) -> ApiClient:
        """The system that calls."""
        return cast(ApiClient, self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unknown names once the client is known. Raises ValidationError."""
        super().initial(request, *args, **kwargs)
        allowed = self.parameters if request.method == "GET" else ()
        problems = {name: ["This parameter is unknown."] for name in request.query_params if name not in allowed}
        for name in allowed:
            if len(request.query_params.getlist(name)) > 1:
                problems[name] = ["It may stand once only."]
        if request.method == "POST" and not self.has_body and request.data:
            names = request.data if isinstance(request.data, dict) else ["body"]
            problems |= {str(name): ["This field is unknown: nothing is read here."] for name in names}
        if problems:
            raise ValidationError(problems)
