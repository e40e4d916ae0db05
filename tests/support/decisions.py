"""Decisions as officers send them, and the register of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from agencies.models import Agency
from dossiers.models import Dossier


def filled(**values: Any) -> dict[str, Any]:
    """Every field of every decision."""
    later = timezone.localdate() + timedelta(days=30)
    return {
        "reason": "Thiếu bản chính",
        "items": "Giấy khai sinh\nHộ chiếu",
        "until": later.isoformat(),
        "stage": "handling",
        "note": "xem giúp",
        "number": "123/GXN",
        "signed_on": timezone.localdate().isoformat(),
        "signer": "Chủ tịch",
        **values,
    }


def decide(client: Client, dossier: Dossier, name: str, **values: Any) -> Any:
    return client.post(f"/quay/{dossier.code}/xu-ly/?viec={name}", filled(**values))


def register(client: Client, of: Agency, month: str) -> Any:
    return client.post("/quay/so-theo-doi/", {"co-quan": of.pk, "thang": month})
