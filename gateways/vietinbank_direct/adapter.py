"""VietinBank's direct payment gateway: redirect to its page, confirm from its server, inq-trx from ours.

See docs/reference/vietinbank-direct.md.

Neither the confirm nor the answer to inq-trx names an amount. A confirm therefore has
the amount None and only makes the portal ask; what `query` calls paid was charged for the
session our signed init-session opened, so its amount is that of the order.

`settings`: `base_url` (everything before `/init-session/v1`), `provider_id`, `merchant_id`,
`service_code`, `result_url` (where the bank sends the browser: our answer to the confirm
says so), and where the contract differs: `init_path`, `query_path`, `pay_method`, `goods_type`,
`channel`, `hash_in`, `hash_out`, `confirm_fields`, and those of `http.Link`.
`secrets`: `private_key`, `bank_public_key` (PEM).

A confirm names no merchant. With several accounts at this gateway, give each its own
address at the bank: `/gateways/vietinbank_direct/notify?merchant=<merchant_id>`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from gateways.base import (
    Answer,
    BadSignature,
    Capability,
    FindBill,
    GatewayRefused,
    Malformed,
    MerchantConfig,
    Notification,
    Outcome,
    OutcomeState,
    OutcomeUnknown,
    PaymentOrder,
    RawRequest,
    RawResponse,
    Redirect,
    SentOrder,
    WrongRecipient,
)
from gateways.codecs.ascii_text import to_ascii
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key, received_order
from gateways.codecs.timestamps import format_timestamp, parse_timestamp
from gateways.http import Link, page_address
from gateways.parsing import read_object, text_of, write_json

from . import messages
from .fields import FIELDS


class VietinBankDirect:
    """One contract for direct payments with VietinBank."""

    slug = "vietinbank_direct"
    name = "VietinBank iPay"
    fields = FIELDS
    page_settings = ("base_url",)
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY})

    def __init__(self, config: MerchantConfig) -> None:
        settings = self._settings = config.settings
        self._provider, self._merchant = str(settings["provider_id"]), str(settings["merchant_id"])
        self._hash_in, self._hash_out = settings.get("hash_in", "sha256"), settings.get("hash_out", "sha1")
        self._confirm = RsaConcatenation(tuple(settings.get("confirm_fields", messages.CONFIRM_FIELDS)), self._hash_in)
        self._key = private_key(config.secrets["private_key"])
        self._bank_keys = [
            public_key(secrets["bank_public_key"])
            for secrets in (config.secrets, *config.previous_secrets)
            if "bank_public_key" in secrets
        ]
        self._link = Link.from_settings(settings)

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return merchantId if the confirm has one, else `?merchant=` of our address, if any. Raises Malformed."""
        named = text_of(read_object(request.body).get("merchantId"))
        try:
            return named or parse_qs(request.query, max_num_fields=20).get("merchant", [""])[0]
        except ValueError as error:
            raise Malformed("too many parameters") from error

    def start(self, order: PaymentOrder) -> Redirect:
        """init-session. A code 07 means that an earlier one got through: inq-trx decides."""
        settings = self._settings
        message = {
            "requestId": order.merchant_ref,
            **self._parties(),
            "amount": str(order.amount),
            "currencyCode": "VND",
            # The payment's own id in place of a customer id: the bank need not know who pays.
            "providerCustId": order.merchant_ref,
            "payMethod": settings.get("pay_method", "IPAY"),
            "goodsType": settings.get("goods_type", ""),
            "billNo": to_ascii(order.bill_reference or order.merchant_ref, 50),
            "remark": to_ascii(order.description),
            "transTime": format_timestamp(order.created_at),
            "clientIP": order.client_ip,
            **self._manner(order.locale),
            "addInfo": "",
            "mac": "",
            "preseve1": "",
            "preseve2": "",
            "preseve3": "",
        }
        url = self._url("init_path", "/init-session/v1")
        answered = self._call(url, RsaConcatenation(messages.INIT_FIELDS, self._hash_out), message)
        code = text_of(answered.get("responseCode"))
        if code in messages.UNCLEAR_CODES:
            raise OutcomeUnknown(f"init-session answered {code}")
        if code != "00":
            raise GatewayRefused(code, text_of(answered.get("responseDesc")))
        if text_of(answered.get("requestId", order.merchant_ref)) != order.merchant_ref:
            raise OutcomeUnknown("the answer is about another order")
        page = page_address(text_of(answered.get("redirectUrl")), url)
        return Redirect(url=page, request={**message, "sessionId": text_of(answered.get("sessionId"))})

    def verify(self, request: RawRequest) -> Notification:
        """Read a confirm. It has no amount; a paid one must name the bank's transaction."""
        message = read_object(request.body)
        if not self._confirm.is_signed(message, text_of(message.get("signature")), self._bank_keys):
            raise BadSignature(self.slug)
        fields = messages.pin_borders(message)
        for name, ours in (("providerId", self._provider), ("merchantId", self._merchant)):
            if text_of(message.get(name)) not in ("", ours):
                raise WrongRecipient("not for this merchant")
        reference, transaction = fields["confirmTransactionId"], fields["bankTransactionId"]
        code, occurred_at = fields["responseCode"], parse_timestamp(fields["transTime"])
        state = messages.state_of(code)
        if state == OutcomeState.NOT_FOUND or (state == OutcomeState.PAID and not transaction) or not occurred_at:
            raise Malformed("a confirm that confirms nothing")
        return Notification(
            gateway=self.slug,
            event_key=f"{reference}:{transaction}:{code}",
            merchant_ref=reference,
            gateway_ref=transaction,
            state=state,
            amount=None,
            currency=None,
            occurred_at=occurred_at,
            facts=message,
        )

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer a confirm, signed, and say where the browser goes next (urlResult)."""
        code, description = messages.ANSWERS[result]
        echoes = _echoes(request)
        reference = notification.merchant_ref if notification else echoes["confirmTransactionId"]
        page = str(self._settings.get("result_url", ""))
        body = {
            "requestId": echoes["requestId"],
            "providerId": self._provider,
            "merchantId": self._merchant,
            "confirmTransactionId": reference,
            "transTime": format_timestamp(datetime.now(UTC)),
            "bankTransactionId": notification.gateway_ref if notification else "",
            "responseCode": code,
            "responseDesc": description,
            "sessionId": echoes["sessionId"],
            "urlResult": f"{page}?{urlencode({'requestId': reference})}" if page else "",
            "addInfo": "",
        }
        body["signature"] = RsaConcatenation(messages.ANSWER_FIELDS, self._hash_out).sign(body, self._key)
        return RawResponse(body=write_json(body))

    def query(self, order: SentOrder) -> Outcome:
        """inq-trx by our own requestId. The session, where both sides name it, must be the one opened."""
        message = {
            "requestId": uuid.uuid4().hex,
            **self._parties(),
            "queryTransactionId": order.merchant_ref,
            "queryType": "01",
            "transTime": format_timestamp(datetime.now(UTC)),
            **self._manner(),
            "addInfo": "",
        }
        url = self._url("query_path", "/inq-trx/v1")
        answered = self._call(url, RsaConcatenation(messages.QUERY_FIELDS, self._hash_out), message)
        expected = {
            "requestId": message["requestId"],
            "queryTransactionId": order.merchant_ref,
            "sessionId": str(order.request.get("sessionId", "")),
        }
        for name, ours in expected.items():
            value = text_of(answered.get(name))
            if value and ours and value != ours:
                raise OutcomeUnknown(f"the answer is about another {name}")
        code, transaction = text_of(answered.get("responseCode")), text_of(answered.get("bankTransactionId"))
        if not code or code in messages.SILENT_CODES:
            raise OutcomeUnknown(f"inq-trx answered {code}")
        state = messages.state_of(code)
        if state == OutcomeState.PAID and not transaction:
            raise OutcomeUnknown("paid, but without a transaction of the bank")
        return Outcome(
            state=state,
            amount=order.amount if state == OutcomeState.PAID else None,
            gateway_ref=transaction,
            code=code,
            message=text_of(answered.get("responseDesc")),
            facts=answered,
        )

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """This product has no bill inquiry."""
        return RawResponse(body=b"{}", status=404)

    def _parties(self) -> dict[str, str]:
        service = str(self._settings["service_code"])
        return {"serviceCode": service, "providerId": self._provider, "merchantId": self._merchant}

    def _manner(self, locale: str = "vi") -> dict[str, str]:
        channel = self._settings.get("channel", "WEB")
        return {"channel": channel, "version": "1.0", "language": "en" if locale == "en" else "vi"}

    def _url(self, setting: str, path: str) -> str:
        return str(self._settings["base_url"]).rstrip("/") + str(self._settings.get(setting, path))

    def _call(self, url: str, codec: RsaConcatenation, message: Mapping[str, Any]) -> dict[str, Any]:
        """Send a signed request; return the answer once it is verified as the bank's own."""
        answered = self._link.post(url, {**message, "signature": codec.sign(message, self._key)}, {})
        try:
            code = text_of(answered.get("responseCode"))
            if code in messages.CONFIGURATION_CODES:
                # Said of our key or contract, so its signature may not be ours to verify.
                raise GatewayRefused(code, text_of(answered.get("responseDesc")), is_configuration_fault=True)
            rule = RsaConcatenation(received_order(answered, "signature"), self._hash_in)
            is_signed = rule.is_signed(answered, text_of(answered.get("signature")), self._bank_keys)
        except Malformed as error:
            raise OutcomeUnknown("the answer cannot be read") from error
        if not is_signed:
            raise OutcomeUnknown("the answer is not signed by VietinBank")
        return answered


def _echoes(request: RawRequest) -> dict[str, str]:
    """Return what of an unverified confirm is echoed, each only if it has its shape."""
    try:
        message = read_object(request.body)
    except Malformed:
        message = {}
    return {name: messages.echo(name, message.get(name)) for name in ("requestId", "confirmTransactionId", "sessionId")}
