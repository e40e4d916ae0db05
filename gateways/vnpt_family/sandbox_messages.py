"""What VNPT-Pay and PayPlatform send to the portal, and how they read the portal's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from devtools.sandbox.books import Row
from devtools.sandbox.clock import at
from gateways.base import Malformed
from gateways.codecs.timestamps import format_timestamp
from gateways.parsing import read_object, text_of, write_json
from gateways.payplatform.messages import PAYPLATFORM as _PAYPLATFORM
from gateways.vnptpay.messages import VNPTPAY as _VNPTPAY

from .adapter import Dialect


@dataclass(frozen=True, slots=True)
class PipeProtocol:
    """One of the two. `merchant_key` names the contract's entry with the merchant's id; `final` are the
    answers that mean heard and understood: after any other the notification is sent again."""

    dialect: Dialect
    merchant_key: str
    final: tuple[str, ...]

    @property
    def SPOILT_FIELD(self) -> str:
        """The signed field that the fault `tamper` bends."""
        return self.dialect.amount

    def notification(self, transaction: Row, contract: dict[str, Any]) -> dict[str, Any]:
        """Return the signed CONFIRM of a transaction (docs/reference/vnptpay.md#confirm)."""
        values = (
            "CONFIRM",
            "00" if transaction["state"] == "paid" else "01",
            contract[self.merchant_key],
            transaction["ref"],
            transaction["amount"],
            "VND",
            transaction["bank_ref"],
            transaction["detail"].get("method", ""),
            format_timestamp(at(transaction["paid_at"] or transaction["created_at"])),
            "",
        )
        codec = self.dialect.confirm
        message = dict(zip(codec.fields, values, strict=True))
        return {**message, self.dialect.signature: codec.sign(message, contract["secret_key"])}

    def envelope(self, message: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of the POST: a JSON body, or the form field the contract may ask for."""
        if contract.get("envelope") == "form":
            return {"data": {"data": write_json([message])}}
        return {"data": write_json(message), "headers": {"Content-Type": "application/json"}}

    def judge(self, response: requests.Response, contract: dict[str, Any]) -> tuple[bool, str]:
        """Return whether the answer ends the delivery, and its code."""
        names = self.dialect
        try:
            message = read_object(response.content)
            is_signed = names.answer.is_signed(message, text_of(message.get(names.signature)), [contract["secret_key"]])
            code = text_of(message.get(names.code))
        except Malformed:
            return False, f"HTTP {response.status_code}"
        if not is_signed:
            return False, f"{code} with a wrong signature"
        return response.status_code == 200 and code in self.final, code


VNPTPAY = PipeProtocol(_VNPTPAY, "merchant_service_id", ("00", "02", "04"))
PAYPLATFORM = PipeProtocol(_PAYPLATFORM, "partner_code", ("00",))
