"""The bank's side of the protocol VNPT-Pay and PayPlatform share: INIT, QUERY and the pay page.

See docs/reference/payplatform.md#same-protocol-as-vnpt-pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from devtools.sandbox import orders
from devtools.sandbox.clock import at
from devtools.sandbox.state import books, contracts
from gateways.base import Malformed
from gateways.codecs.field_signatures import PipeSha256, received_order
from gateways.codecs.timestamps import format_timestamp
from gateways.parsing import read_object, text_of, write_json

from .sandbox_messages import PipeProtocol

_STATUS = {"open": "3", "pending": "3", "paid": "1"}
_FAILED = "4"


@dataclass(frozen=True, slots=True)
class PipeBank:
    """One of the two gateways: its books' name, its name on the page, its messages."""

    gateway: str
    name: str
    protocol: PipeProtocol

    def init(self, request: HttpRequest, codec: PipeSha256) -> HttpResponse:
        """Open an order and say where the payer goes."""
        names = self.protocol.dialect
        message = self._verified(request, codec)
        if message is None:
            return self._answer("07", "Sai chu ky")
        fields = {name: text_of(message.get(name)) for name in codec.fields}
        ref, description = fields[names.order], fields.get("DESCRIPTION") or fields.get(names.info)
        order = books().open_transaction(
            self.gateway, ref, int(fields[names.amount]), created=fields[names.created], description=description
        )
        if order is None:
            return self._answer("03", "Ma don hang da ton tai")
        if instead := orders.apply_start_faults(order):
            return instead
        page = request.build_absolute_uri(f"/{self.gateway}/pay/{ref}")
        return self._answer(
            "00", "Thanh cong", {names.merchant: fields[names.merchant], names.order: ref, names.url: page}
        )

    def query(self, request: HttpRequest) -> HttpResponse:
        """Say what became of an order. The stamp of its INIT is part of the key (docs/reference/vnptpay.md#query)."""
        names = self.protocol.dialect
        message = self._verified(request, names.query)
        if message is None:
            return self._answer("07", "Sai chu ky")
        order, hidden_as = orders.find(self.gateway, text_of(message[names.order]))
        is_known = order and order["detail"]["created"] == text_of(message[names.created])
        if order is None or not is_known or hidden_as == "not_found":
            return self._answer("05", "Khong tim thay du lieu")
        return self._answer(
            "00",
            "Thanh cong",
            {
                names.order: order["ref"],
                names.transaction: order["bank_ref"],
                names.amount: order["amount"],
                names.currency: "VND",
                names.method: order["detail"].get("method", ""),
                names.paid_at: format_timestamp(at(order["paid_at"])) if order["paid_at"] else "",
                names.status: _STATUS.get(hidden_as or order["state"], _FAILED),
                names.info: "",
            },
        )

    def pay_page(self, request: HttpRequest, ref: str) -> HttpResponse:
        """The page the payer sees; it ends at the portal's return address."""
        back = f"{contracts()[self.gateway]['return_url']}?{urlencode({self.protocol.dialect.order: ref})}"
        return orders.pay_page(request, self.gateway, ref, self.name, lambda _order: back)

    def _verified(self, request: HttpRequest, codec: PipeSha256) -> dict[str, Any] | None:
        """Return the message if it comes from the portal: its key, its signature, its merchant."""
        contract, names = contracts()[self.gateway], self.protocol.dialect
        try:
            message = read_object(request.body)
            is_signed = codec.is_signed(message, text_of(message.get(names.signature)), [contract["secret_key"]])
            merchant = text_of(message.get(names.merchant))
        except Malformed:
            return None
        is_known = request.headers.get("Authorization") == f"Bearer {contract['api_key']}"
        return message if is_signed and is_known and merchant == contract[self.protocol.merchant_key] else None

    def _answer(self, code: str, text: str, more: dict[str, Any] | None = None) -> HttpResponse:
        names = self.protocol.dialect
        message = {names.code: code, names.text: text, **(more or {})}
        rule = PipeSha256(received_order(message, names.signature))
        body = {**message, names.signature: rule.sign(message, contracts()[self.gateway]["secret_key"])}
        return HttpResponse(write_json(body), content_type="application/json; charset=utf-8")
