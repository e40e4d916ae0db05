"""Channel adapters for providers of SMS and Zalo over HTTPS.

`SMS_ADAPTER=dossiers.messages.providers.by_http_sms`: POST {to, text, id} as JSON to SMS_URL with
a bearer token; HTTP 200 with a JSON object is a yes. `id` stays the same when a
message is given again. `ZALO_ADAPTER=dossiers.messages.providers.by_zalo`: a ZNS template message
(developers.zalo.me, ZNS "send message by phone") with one parameter, the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from gateways.errors import GatewayRefused, GatewayUnavailable, Malformed, OutcomeUnknown
from gateways.http import Link

from .channels import DeliveryFailed

_LINK = Link(connect_seconds=3.0, read_seconds=5.0)


def by_http_sms(address: str, text: str, key: str) -> None:
    """Send an SMS. Raises DeliveryFailed."""
    _post(settings.SMS_URL, {"to": address, "text": text, "id": key}, {"Authorization": f"Bearer {settings.SMS_TOKEN}"})


def by_zalo(address: str, text: str, key: str) -> None:
    """Send a Zalo template message. Raises DeliveryFailed, also for a phone without Zalo."""
    message = {
        "phone": address.removeprefix("+"),
        "template_id": settings.ZALO_TEMPLATE,
        "template_data": {"noi_dung": text},
        "tracking_id": key,
    }
    answer = _post(settings.ZALO_URL, message, {"access_token": settings.ZALO_TOKEN})
    if str(answer.get("error")) != "0":  # numbers are read as they were written
        raise DeliveryFailed(f"Zalo {answer.get('error')}: {answer.get('message', '')}"[:200])


def _post(url: str, message: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    try:
        return _LINK.post(url, message, headers)
    except (GatewayUnavailable, GatewayRefused, OutcomeUnknown, Malformed) as error:
        raise DeliveryFailed(f"{type(error).__name__}: {error}"[:200]) from error
