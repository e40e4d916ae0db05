"""Claims of payers that their account was charged."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from payments.models import Payment


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return SimpleUploadedFile("man-hinh.png", out.getvalue(), "image/png")


def claim_of(payment: Payment, **changes: Any) -> Any:
    given = {
        "attempt": payment.token,
        "amount": "150.000",
        "charged_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "bank_ref": "FT26327123",
        **changes,
    }
    return Client().post(reverse("charged", args=[payment.bill.token]), given)
