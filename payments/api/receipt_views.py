"""Receipts of a client's bills as PDF, for the client to hand to its payer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from payments.models import Receipt
from payments.receipts import names, pdf

from .base_views import ApiView


class PdfRenderer(BaseRenderer):
    """Lets a client ask for `application/pdf`; the view itself makes the file, and problems are JSON as everywhere."""

    media_type = "application/pdf"
    format = "pdf"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """Write a problem: the file never comes through here."""
        return bytes(JSONRenderer().render(data))


class ReceiptFile(ApiView):
    """`/api/v1/receipts/{token}/file`."""

    renderer_classes = (PdfRenderer, JSONRenderer)

    @extend_schema(operation_id="receipts_file", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: str) -> HttpResponse:
        """Read one receipt as a PDF with the payer's whole name. Whoever has only its `url` reads a masked one."""
        own = Receipt.objects.filter(bill__in=self.own_bills())
        related = ("series", "bill", "payment", "cancellation__replacement__series")
        receipt = get_object_or_404(own.select_related(*related), token=token)
        return pdf.answer(receipt, names.whole(receipt))
