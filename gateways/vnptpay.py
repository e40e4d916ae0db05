"""VNPT-Pay: redirect payment with INIT, CONFIRM and QUERY (gateways.md 2.1-2.9).

What public sources do not settle is a setting with the default they suggest:
`base_url`, `version` (1.0.5 or 1.0.6), `merchant_service_id`, `agency_id`, `service_id`,
`query_path`, `status_map`, `read_seconds`, `ca_bundle`. Secrets: `secret_key`, `api_key`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from .base import (
    Answer,
    BadSignature,
    Capability,
    FindBill,
    GatewayRefused,
    GatewayUnavailable,
    Malformed,
    MerchantConfig,
    Notice,
    Outcome,
    OutcomeState,
    OutcomeUnknown,
    PaymentOrder,
    RawRequest,
    RawResponse,
    Redirect,
    SentOrder,
)
from .codecs import (
    VIETNAM,
    pick,
    pipe_sha256,
    plain_ascii,
    read_amount,
    read_object,
    read_stamp,
    same,
    stamp,
    text,
)
from .http import post_json

INIT_FIELDS = {
    "1.0.5": [
        "ACTION",
        "VERSION",
        "MERCHANT_SERVICE_ID",
        "MERCHANT_ORDER_ID",
        "AMOUNT",
        "AMOUNT_DETAIL",
        "SERVICE_ID",
        "DEVICE",
        "LOCALE",
        "CURRENCY_CODE",
        "PAYMENT_METHOD",
        "DESCRIPTION",
        "CREATE_DATE",
        "CLIENT_IP",
    ],
    "1.0.6": [
        "ACTION",
        "VERSION",
        "MERCHANT_SERVICE_ID",
        "AGENCY_ID",
        "MERCHANT_ORDER_ID",
        "SERVICE_ID",
        "AMOUNT",
        "DEVICE",
        "LOCALE",
        "CURRENCY_CODE",
        "PAYMENT_METHOD",
        "DESCRIPTION",
        "CREATE_DATE",
        "CLIENT_IP",
    ],
}
INIT_PATHS = {"1.0.5": "/init", "1.0.6": "/init_m_merch"}
CONFIRM_FIELDS = [
    "ACTION",
    "RESPONSE_CODE",
    "MERCHANT_SERVICE_ID",
    "MERCHANT_ORDER_ID",
    "AMOUNT",
    "CURRENCY_CODE",
    "VNPTPAY_TRANSACTION_ID",
    "PAYMENT_METHOD",
    "PAY_DATE",
    "ADDITIONAL_INFO",
]
ANSWER_FIELDS = ["RESPONSE_CODE", "DESCRIPTION", "MERCHANT_SERVICE_ID", "MERCHANT_ORDER_ID", "CREATE_DATE"]
QUERY_FIELDS = ["ACTION", "VERSION", "MERCHANT_SERVICE_ID", "MERCHANT_ORDER_ID", "CREATE_DATE"]

ANSWERS = {
    Answer.ACCEPTED: ("00", "Thanh cong"),
    Answer.REPLAY: ("02", "Da xac nhan"),
    Answer.NOT_FOUND: ("01", "Khong tim thay giao dich"),
    Answer.WRONG_AMOUNT: ("04", "Sai so tien"),
    Answer.BUSY: ("08", "He thong ban"),
    Answer.BAD_SIGNATURE: ("97", "Sai chu ky"),
}
OTHER_ANSWER = ("99", "Loi khac")
UNCLEAR_CODES = {"03", "04", "06", "99"}
CONFIGURATION_CODES = {"07", "08", "09"}
STATUS_MAP = {"1": "paid", "3": "pending", "4": "failed"}


class VnptPay:
    """One merchant service at VNPT-Pay."""

    slug = "vnptpay"
    name = "VNPT-Pay"
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY})

    def __init__(self, config: MerchantConfig) -> None:
        self.settings: Mapping[str, Any] = config.settings
        self.secret = config.secrets.get("secret_key", "")
        self.api_key = config.secrets.get("api_key", "")
        self.verifying = [self.secret, *(old.get("secret_key", "") for old in config.previous_secrets)]
        self.version = str(config.settings.get("version", "1.0.5"))

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return MERCHANT_SERVICE_ID as the message claims it. Raises Malformed."""
        return text(_open_envelope(request).get("MERCHANT_SERVICE_ID"))

    def start(self, order: PaymentOrder) -> Redirect:
        """INIT. Raises GatewayUnavailable, GatewayRefused, OutcomeUnknown."""
        message = {
            "ACTION": "INIT",
            "VERSION": self.version,
            "MERCHANT_SERVICE_ID": self.settings["merchant_service_id"],
            "AGENCY_ID": self.settings.get("agency_id", ""),
            "MERCHANT_ORDER_ID": order.merchant_ref,
            "AMOUNT": order.amount,
            "AMOUNT_DETAIL": "",
            "SERVICE_ID": self.settings.get("service_id", 1),
            "DEVICE": 1,
            "LOCALE": "en-US" if order.locale == "en" else "vi-VN",
            "CURRENCY_CODE": "VND",
            "PAYMENT_METHOD": "VNPTPAY",
            "DESCRIPTION": plain_ascii(order.description, 255),
            "CREATE_DATE": stamp(order.created_at),
            "CLIENT_IP": order.client_ip,
        }
        fields = INIT_FIELDS[self.version]
        message = {name: message[name] for name in fields}
        answer = self._call(INIT_PATHS[self.version], message, fields)
        code = text(answer.get("RESPONSE_CODE"))
        self._refuse(code, text(answer.get("DESCRIPTION")))
        url = text(answer.get("REDIRECT_URL"))
        if not url.startswith(("https://", "http://")):
            raise OutcomeUnknown("no REDIRECT_URL")
        return Redirect(url=url, request=message)

    def verify(self, request: RawRequest) -> Notice:
        """CONFIRM in either envelope. Raises BadSignature, Malformed."""
        message = _open_envelope(request)
        values = pick(message, CONFIRM_FIELDS)
        given = text(message.get("SECURE_CODE"))
        if not any(secret and same(pipe_sha256(values, secret), given) for secret in self.verifying):
            raise BadSignature("CONFIRM")
        facts = dict(zip(CONFIRM_FIELDS, values, strict=True))
        if facts["ACTION"] != "CONFIRM" or not facts["MERCHANT_ORDER_ID"]:
            raise Malformed("not a CONFIRM")
        code, transaction = facts["RESPONSE_CODE"], facts["VNPTPAY_TRANSACTION_ID"]
        state = OutcomeState.PAID if code == "00" else OutcomeState.FAILED
        if code in UNCLEAR_CODES:
            state = OutcomeState.PENDING
        amount = read_amount(facts["AMOUNT"])
        if state == OutcomeState.PAID and amount is None:
            raise Malformed("AMOUNT")
        return Notice(
            gateway=self.slug,
            event_key=f"{facts['MERCHANT_ORDER_ID']}:{transaction}:{code}"[:140],
            merchant_ref=facts["MERCHANT_ORDER_ID"],
            gateway_ref=transaction,
            state=state,
            amount=amount,
            currency=facts["CURRENCY_CODE"],
            occurred_at=read_stamp(facts["PAY_DATE"]),
            facts=facts,
        )

    def answer(self, request: RawRequest, notice: Notice | None, result: Answer) -> RawResponse:
        """HTTP 200 with a signed RESPONSE_CODE (gateways.md 2.7)."""
        code, description = ANSWERS.get(result, OTHER_ANSWER)
        message = {
            "RESPONSE_CODE": code,
            "DESCRIPTION": description,
            "MERCHANT_SERVICE_ID": str(self.settings["merchant_service_id"]),
            "MERCHANT_ORDER_ID": notice.merchant_ref if notice else "",
            "CREATE_DATE": stamp(datetime.now(VIETNAM)),
        }
        message["SECURE_CODE"] = pipe_sha256(pick(message, ANSWER_FIELDS), self.secret)
        return RawResponse(json.dumps(message).encode())

    def query(self, order: SentOrder) -> Outcome:
        """QUERY with the CREATE_DATE of the original INIT (trap 6). Raises as `start`."""
        message = {
            "ACTION": "QUERY",
            "VERSION": self.version,
            "MERCHANT_SERVICE_ID": self.settings["merchant_service_id"],
            "MERCHANT_ORDER_ID": order.merchant_ref,
            "CREATE_DATE": order.request.get("CREATE_DATE", ""),
        }
        answer = self._call(str(self.settings.get("query_path", "/query_transaction")), message, QUERY_FIELDS)
        code = text(answer.get("RESPONSE_CODE"))
        if code == "05":
            return Outcome(OutcomeState.NOT_FOUND, code=code)
        self._refuse(code, text(answer.get("DESCRIPTION")))
        if text(answer.get("MERCHANT_ORDER_ID")) != order.merchant_ref:
            raise OutcomeUnknown("the answer is about another order")
        status = text(answer.get("TRANSACTION_STATUS"))
        known = dict(STATUS_MAP) | dict(self.settings.get("status_map", {}))
        state = OutcomeState(known.get(status, "pending"))
        amount = read_amount(text(answer.get("AMOUNT")))
        if state == OutcomeState.PAID and amount is None:
            raise OutcomeUnknown("no amount")
        return Outcome(
            state=state,
            amount=amount,
            gateway_ref=text(answer.get("VNPTPAY_TRANSACTION_ID")),
            occurred_at=read_stamp(text(answer.get("PAY_DATE"))),
            code=status,
            currency=text(answer.get("CURRENCY_CODE")),
            facts={name: text(value) for name, value in answer.items()},
        )

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """VNPT-Pay never asks what is owed."""
        return RawResponse(b"{}", status=404)

    def _call(self, path: str, message: dict[str, Any], fields: list[str]) -> dict[str, Any]:
        signed = message | {"SECURE_CODE": pipe_sha256(pick(message, fields), self.secret)}
        answer = post_json(
            str(self.settings["base_url"]) + path,
            signed,
            headers={"Authorization": f"Bearer {self.api_key}"},
            settings=self.settings,
        )
        # The answer is signed over its other values in the order received (gateways.md 2.6).
        try:
            values = [text(value) for name, value in answer.items() if name != "SECURE_CODE"]
            given = text(answer.get("SECURE_CODE"))
        except Malformed as error:
            raise OutcomeUnknown(str(error)) from error
        if not same(pipe_sha256(values, self.secret), given):
            raise OutcomeUnknown("the answer is not signed by VNPT-Pay")
        return answer

    @staticmethod
    def _refuse(code: str, description: str) -> None:
        if code == "00":
            return
        if code in UNCLEAR_CODES:
            raise OutcomeUnknown(code)
        if code == "96":
            raise GatewayUnavailable("maintenance")
        raise GatewayRefused(code, description, is_configuration_fault=code in CONFIGURATION_CODES)


def _open_envelope(request: RawRequest) -> dict[str, Any]:
    """Return the fields from a form field `data` holding JSON, or from a JSON body. Raises Malformed."""
    body = request.body.strip()
    if body.startswith(b"{"):
        return read_object(body)
    try:
        data = parse_qs(body.decode("utf-8"), strict_parsing=True, max_num_fields=50).get("data")
    except ValueError as error:
        raise Malformed(str(error)) from error
    if not data:
        raise Malformed("no data")
    inner = data[0].strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    return read_object(inner.encode())
