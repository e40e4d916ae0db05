"""What all views of the API share: one client's things only, known names only, pages by cursor."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.conf import settings
from django.db import InternalError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound, Throttled, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from core.rate_limits import Use
from core.values.text import row_key
from payments.models import ApiClient, Bill

from . import authentication

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
    #: Name of the address at which what POST makes is read by its id.
    location: ClassVar[str] = ""
    #: What is left of the client's requests.
    use: Use | None = None

    @property
    def client(self) -> ApiClient:
        """The system that calls."""
        return cast(ApiClient, self.request.user)

    def own_bills(self) -> QuerySet[Bill]:
        """Return the client's bills, of the agencies that it bills for today: one taken from it takes its bills along.

        Every query of the API goes through this one.
        """
        return Bill.objects.filter(client=self.client, agency__in=self.client.agencies.all())

    def check_throttles(self, request: Request) -> None:
        """Count the request. Raises Throttled. While the database takes no writes nothing is counted."""
        try:
            self.use = authentication.REQUESTS.use(str(self.client.pk))
        except InternalError:
            return
        if not self.use.is_within:
            raise Throttled(self.use.seconds)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say where something new is read and how many requests are left (draft-ietf-httpapi-ratelimit-headers)."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.location and answer.status_code == 201:
            answer["Location"] = settings.BASE_URL + reverse(self.location, args=[answer.data["id"]])
        if self.use:
            limit = authentication.REQUESTS
            answer["RateLimit-Policy"] = f'"key";q={limit.most};w={int(limit.within.total_seconds())}'
            answer["RateLimit"] = f'"key";r={max(self.use.left, 0)};t={self.use.seconds}'
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unknown names once the client is known. Raises ValidationError."""
        super().initial(request, *args, **kwargs)
        allowed = self.parameters if request.method == "GET" else ()
        problems = {name: [gettext("Không có tham số này.")] for name in request.query_params if name not in allowed}
        for name in allowed:
            if len(request.query_params.getlist(name)) > 1:
                problems[name] = [gettext("Chỉ được ghi một lần.")]
        if request.method == "POST" and not self.has_body and request.data:
            names = request.data if isinstance(request.data, dict) else ["body"]
            problems |= {str(name): [gettext("Không có trường này: ở đây không đọc nội dung nào.")] for name in names}
        if problems:
            raise ValidationError(problems)
