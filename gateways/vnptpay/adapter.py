"""VNPT-Pay: redirect to its page, CONFIRM from its server, QUERY from ours (docs/reference/vnptpay.md).

`settings`: `base_url` (everything before the operation), `merchant_service_id`, `flavour`
(`single`: /init v1.0.5, or `agency`: /init_m_merch v1.0.6), `agency_id` (agency only),
`service_id`, and where the contract differs from the defaults below: `version`, `init_path`,
`query_path`, `payment_method`, `device`, `status_map`, and those of `http.Link`.
`secrets`: `secret_key` (signs), `api_key` (Bearer).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateways.base import MerchantConfig, PaymentOrder
from gateways.codecs.ascii_text import to_ascii
from gateways.codecs.field_signatures import PipeSha256
from gateways.codecs.timestamps import format_timestamp
from gateways.vnpt_family.adapter import PipeGateway

from . import messages
from .fields import FIELDS


class VnptPay(PipeGateway):
    """One merchant account at VNPT-Pay."""

    slug = "vnptpay"
    name = "VNPT-Pay"
    fields = FIELDS
    page_settings = ("base_url",)
    dialect = messages.VNPTPAY
    merchant_setting = "merchant_service_id"
    answers = messages.ANSWERS

    def __init__(self, config: MerchantConfig) -> None:
        super().__init__(config)
        self._api_key = config.secrets["api_key"]
        self._flavour = messages.FLAVOURS[config.settings.get("flavour", "single")]

    def _init(self, order: PaymentOrder) -> tuple[str, PipeSha256, dict[str, Any]]:
        """INIT of either version (docs/reference/vnptpay.md#init)."""
        settings = self._settings
        values = {
            "ACTION": "INIT",
            "VERSION": self._version(),
            "MERCHANT_SERVICE_ID": self._merchant,
            "AGENCY_ID": settings.get("agency_id", ""),
            "MERCHANT_ORDER_ID": order.merchant_ref,
            "AMOUNT": order.amount,
            "AMOUNT_DETAIL": "",
            "SERVICE_ID": settings.get("service_id", "1"),
            "DEVICE": settings.get("device", 1),
            "LOCALE": "en-US" if order.locale == "en" else "vi-VN",
            "CURRENCY_CODE": "VND",
            "PAYMENT_METHOD": settings.get("payment_method", "VNPTPAY"),
            "DESCRIPTION": to_ascii(order.description),
            "CREATE_DATE": format_timestamp(order.created_at),
            "CLIENT_IP": order.client_ip,
        }
        message = {name: values[name] for name in self._flavour.init.fields}
        return self._url(settings.get("init_path", self._flavour.path)), self._flavour.init, message

    def _version(self) -> str:
        return str(self._settings.get("version", self._flavour.version))

    def _query_url(self) -> str:
        return self._url(self._settings.get("query_path", "/query_transaction"))

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._api_key}"}

    def _url(self, path: str) -> str:
        return str(self._settings["base_url"]).rstrip("/") + path
