"""VNPT-Pay: redirect to its page, CONFIRM from its server, QUERY from ours (gateways.md 2).

`settings`: `base_url` (everything before the operation), `merchant_service_id`, `flavour`
(`single`: /init v1.0.5, or `agency`: /init_m_merch v1.0.6), `agency_id` (agency only),
`service_id`, and where the contract differs from the defaults below: `version`, `init_path`,
`query_path`, `payment_method`, `device`, `status_map`, and those of `http.Link`.
`secrets`: `secret_key` (signs), `api_key` (Bearer).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from . import codecs
from . import vnptpay_messages as messages
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
from .codecs import PipeSha256
from .http import Link
from .wire import read_enveloped, text_of, write_json

_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,50}")
_CODE = re.compile(r"[A-Za-z0-9]{1,10}")
# Whole đồng; .0 or .00 behind them says the same, while 150.000 may be a thousand times 150.
_AMOUNT = re.compile(r"([1-9][0-9]{0,11})(?:\.00?)?")


class VnptPay:
    """One merchant account at VNPT-Pay."""

    slug = "vnptpay"
    name = "VNPT-Pay"
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY})

    def __init__(self, config: MerchantConfig) -> None:
        self._settings = config.settings
        self._merchant = str(config.settings["merchant_service_id"])
        self._secret = config.secrets["secret_key"]
        self._secrets = [
            self._secret,
            *(old["secret_key"] for old in config.previous_secrets if "secret_key" in old),
        ]
        self._api_key = config.secrets["api_key"]
        self._flavour = messages.FLAVOURS[config.settings.get("flavour", "single")]
        self._status_map = config.settings.get("status_map", messages.STATUS_MAP)
        self._link = Link.from_settings(config.settings)

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return MERCHANT_SERVICE_ID as told. Raises Malformed."""
        return text_of(read_enveloped(request.body).get("MERCHANT_SERVICE_ID"))

    def start(self, order: PaymentOrder) -> Redirect:
        """INIT (2.3, 2.4). A code 03 means that an earlier INIT got through: QUERY decides."""
        settings = self._settings
        sent = {
            "ACTION": "INIT",
            "VERSION": settings.get("version", self._flavour.version),
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
            "DESCRIPTION": codecs.fold(order.description),
            "CREATE_DATE": codecs.stamp(order.created_at),
            "CLIENT_IP": order.client_ip,
        }
        message = {name: sent[name] for name in self._flavour.init.fields}
        answered = self._call(settings.get("init_path", self._flavour.path), self._flavour.init, message)
        code = text_of(answered.get("RESPONSE_CODE"))
        if code in messages.UNCLEAR_CODES:
            raise OutcomeUnknown(f"INIT answered {code}")
        if code != "00":
            raise GatewayRefused(code, text_of(answered.get("DESCRIPTION")))
        if text_of(answered.get("MERCHANT_ORDER_ID", order.merchant_ref)) != order.merchant_ref:
            raise OutcomeUnknown("the answer is about another order")
        return Redirect(url=self._safe_url(answered), request=message)

    def verify(self, request: RawRequest) -> Notice:
        """CONFIRM (2.7), in either envelope. Only signed fields are used."""
        told = read_enveloped(request.body)
        self._check(messages.CONFIRM, told)
        fields = {name: text_of(told.get(name)) for name in messages.CONFIRM.fields}
        if fields["ACTION"] != "CONFIRM" or fields["MERCHANT_SERVICE_ID"] != self._merchant:
            raise Malformed("not a CONFIRM to this merchant")
        reference, transaction = fields["MERCHANT_ORDER_ID"], fields["VNPTPAY_TRANSACTION_ID"]
        code, amount = fields["RESPONSE_CODE"], _AMOUNT.fullmatch(fields["AMOUNT"])
        if not (_REFERENCE.fullmatch(reference) and _CODE.fullmatch(code) and amount):
            raise Malformed("order, code or amount has not its shape")
        state = _confirmed_state(code)
        if not _REFERENCE.fullmatch(transaction) and (transaction or state == OutcomeState.PAID):
            raise Malformed("VNPTPAY_TRANSACTION_ID has not its shape")
        return Notice(
            gateway=self.slug,
            event_key=f"{reference}:{transaction}:{code}",
            merchant_ref=reference,
            gateway_ref=transaction,
            state=state,
            amount=int(amount[1]),
            currency=fields["CURRENCY_CODE"] or None,
            occurred_at=codecs.moment(fields["PAY_DATE"]),
            facts=told,
        )

    def answer(self, request: RawRequest, notice: Notice | None, result: Answer) -> RawResponse:
        """Answer a CONFIRM, signed, always HTTP 200 (2.7)."""
        code, description = messages.ANSWERS[result]
        body: dict[str, Any] = {
            "RESPONSE_CODE": code,
            "DESCRIPTION": description,
            "MERCHANT_SERVICE_ID": self._merchant,
            "MERCHANT_ORDER_ID": notice.merchant_ref if notice else _told_reference(request),
            "CREATE_DATE": codecs.stamp(datetime.now(UTC)),
        }
        body["SECURE_CODE"] = messages.ANSWER.sign(body, self._secret)
        return RawResponse(body=write_json(body))

    def query(self, order: SentOrder) -> Outcome:
        """QUERY with the CREATE_DATE of the INIT (2.8). Never says failed unless VNPT-Pay does."""
        created = order.request.get("CREATE_DATE") or (order.created_at and codecs.stamp(order.created_at))
        if not created:
            raise OutcomeUnknown("the CREATE_DATE of the INIT is not known")
        message = {
            "ACTION": "QUERY",
            "VERSION": order.request.get("VERSION") or self._settings.get("version", self._flavour.version),
            "MERCHANT_SERVICE_ID": self._merchant,
            "MERCHANT_ORDER_ID": order.merchant_ref,
            "CREATE_DATE": created,
        }
        answered = self._call(self._settings.get("query_path", "/query_transaction"), messages.QUERY, message)
        code = text_of(answered.get("RESPONSE_CODE"))
        if code == messages.NO_DATA:
            return Outcome(OutcomeState.NOT_FOUND, code=code, facts=answered)
        if code != "00" or text_of(answered.get("MERCHANT_ORDER_ID")) != order.merchant_ref:
            raise OutcomeUnknown(f"QUERY answered {code}")
        status = text_of(answered.get("TRANSACTION_STATUS"))
        # A status nobody told us of is no failure: it stays pending until a person has looked.
        state = OutcomeState(self._status_map.get(status, OutcomeState.PENDING))
        amount = _AMOUNT.fullmatch(text_of(answered.get("AMOUNT")))
        if state == OutcomeState.PAID and amount is None:
            raise OutcomeUnknown("paid, but without an amount")
        return Outcome(
            state=state,
            amount=int(amount[1]) if amount else None,
            gateway_ref=text_of(answered.get("VNPTPAY_TRANSACTION_ID")),
            occurred_at=codecs.moment(text_of(answered.get("PAY_DATE"))),
            code=status,
            message=text_of(answered.get("DESCRIPTION")),
            currency=text_of(answered.get("CURRENCY_CODE")) or None,
            facts=answered,
        )

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """VNPT-Pay asks for no bills."""
        return RawResponse(body=b"{}", status=404)

    def _call(self, path: str, codec: PipeSha256, message: Mapping[str, Any]) -> dict[str, Any]:
        """Send a signed request; return the answer once it is known to be VNPT-Pay's own (2.6, 2.9)."""
        answered = self._link.post(
            str(self._settings["base_url"]).rstrip("/") + path,
            {**message, "SECURE_CODE": codec.sign(message, self._secret)},
            {"Authorization": f"Bearer {self._api_key}"},
        )
        try:
            code = text_of(answered.get("RESPONSE_CODE"))
            if code in messages.CONFIGURATION_CODES:
                # Said of our key or contract, so its signature may not be ours to verify.
                description = text_of(answered.get("DESCRIPTION"))
                raise GatewayRefused(code, description, is_configuration_fault=True)
            self._check(messages.received_order(answered), answered)
        except (BadSignature, Malformed) as error:
            raise OutcomeUnknown("the answer is not signed by VNPT-Pay") from error
        if code == messages.MAINTENANCE:
            raise GatewayUnavailable("VNPT-Pay is under maintenance")
        return answered

    def _check(self, codec: PipeSha256, told: Mapping[str, Any]) -> None:
        if not codec.is_signed(told, text_of(told.get("SECURE_CODE")), self._secrets):
            raise BadSignature(self.slug)

    def _safe_url(self, answered: Mapping[str, Any]) -> str:
        url = text_of(answered.get("REDIRECT_URL"))
        allowed = {"https", urlsplit(str(self._settings["base_url"])).scheme}
        if urlsplit(url).scheme not in allowed or not urlsplit(url).hostname:
            raise OutcomeUnknown("the answer has no usable REDIRECT_URL")
        return url


def _confirmed_state(code: str) -> OutcomeState:
    if code == "00":
        return OutcomeState.PAID
    return OutcomeState.PENDING if code in messages.UNCLEAR_CODES else OutcomeState.FAILED


def _told_reference(request: RawRequest) -> str:
    """Return the order id of an unverified message, only to echo it, only if it looks like one."""
    try:
        told = text_of(read_enveloped(request.body).get("MERCHANT_ORDER_ID"))
    except Malformed:
        return ""
    return told if _REFERENCE.fullmatch(told) else ""
