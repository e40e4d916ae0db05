"""VNPAY 2.1.0: a signed address to its page, IPN by GET, querydr and refund by JSON (docs/reference/vnpay.md).

`settings`: `pay_url` (vpcpay.html), `api_url` (merchant_webapi), `tmn_code`; where the contract
differs: `hash_name` (`sha512`, or `sha256`: VNPAY sets it per account), `version`, `order_type`,
`bank_code` (go straight to one bank), `expire_minutes` (of the page), `server_ip` (ours, in
requests no payer makes), and those of `http.Link`. `secrets`: `secret_key`.

VNPAY's amounts are đồng x 100; they are divided only after the signature was checked.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

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
    RefundOrder,
    SentOrder,
    WrongRecipient,
)
from gateways.codecs.ascii_text import to_ascii
from gateways.codecs.hmac import HmacPipe
from gateways.codecs.timestamps import format_timestamp, parse_timestamp
from gateways.http import Link
from gateways.parsing import read_query, text_of, write_json

from . import messages
from .fields import FIELDS

_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,50}")
_CODE = re.compile(r"[0-9]{2}")
# VNPAY counts in hundredths of a đồng, of which there are none.
_AMOUNT = re.compile(r"([1-9][0-9]{0,11})00")


class Vnpay:
    """One terminal at VNPAY."""

    slug = "vnpay"
    name = "VNPAY"
    fields = FIELDS
    page_settings = ("pay_url",)
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY, Capability.REFUND})

    def __init__(self, config: MerchantConfig) -> None:
        self._settings = config.settings
        self._terminal = str(config.settings["tmn_code"])
        self._secret = config.secrets["secret_key"]
        self._secrets = [
            self._secret,
            *(old["secret_key"] for old in config.previous_secrets if "secret_key" in old),
        ]
        self._rules = messages.Rules.of(config.settings.get("hash_name", "sha512"))
        self._version = str(config.settings.get("version", "2.1.0"))
        self._link = Link.from_settings(config.settings)

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return vnp_TmnCode of the message. Raises Malformed."""
        return read_query(request.query).get("vnp_TmnCode", "")

    def start(self, order: PaymentOrder) -> Redirect:
        """Build the address of VNPAY's page. Nothing is sent: the payer's browser carries it."""
        expires_at = order.created_at + timedelta(minutes=float(self._settings.get("expire_minutes", 30)))
        message = {
            "vnp_Version": self._version,
            "vnp_Command": "pay",
            "vnp_TmnCode": self._terminal,
            "vnp_Amount": str(order.amount * 100),
            "vnp_BankCode": str(self._settings.get("bank_code", "")),
            "vnp_CreateDate": format_timestamp(order.created_at),
            "vnp_CurrCode": "VND",
            "vnp_IpAddr": order.client_ip or self._server_ip(),
            "vnp_Locale": "en" if order.locale == "en" else "vn",
            "vnp_OrderInfo": to_ascii(order.description),
            "vnp_OrderType": str(self._settings.get("order_type", "other")),
            "vnp_ReturnUrl": order.return_url,
            "vnp_ExpireDate": format_timestamp(expires_at),
            "vnp_TxnRef": order.merchant_ref,
        }
        query = self._rules.query_string.base(message)
        signature = self._rules.query_string.sign(message, self._secret)
        return Redirect(
            url=f"{self._settings['pay_url']}?{query}&{messages.SIGNATURE}={signature}",
            request={name: value for name, value in message.items() if value},
        )

    def verify(self, request: RawRequest) -> Notification:
        """IPN: every field of the query that starts with vnp_ is signed, whatever VNPAY adds."""
        message = read_query(request.query)
        if not self._rules.query_string.is_signed(message, message.get(messages.SIGNATURE, ""), self._secrets):
            raise BadSignature(self.slug)
        if message.get("vnp_TmnCode") != self._terminal:
            raise WrongRecipient("not an IPN to this terminal")
        reference, transaction = message.get("vnp_TxnRef", ""), message.get("vnp_TransactionNo", "")
        code, status = message.get("vnp_ResponseCode", ""), message.get("vnp_TransactionStatus", "")
        amount = _AMOUNT.fullmatch(message.get("vnp_Amount", ""))
        if not (_REFERENCE.fullmatch(reference) and _CODE.fullmatch(code) and _CODE.fullmatch(status) and amount):
            raise Malformed("order, code, status or amount has not its shape")
        state = messages.payment_state(status, code)
        if not _is_transaction(transaction) and (transaction.strip("0") or state == OutcomeState.PAID):
            raise Malformed("vnp_TransactionNo has not its shape")
        return Notification(
            gateway=self.slug,
            event_key=f"{reference}:{transaction}:{code}:{status}",
            merchant_ref=reference,
            gateway_ref=transaction if _is_transaction(transaction) else "",
            state=state,
            amount=int(amount[1]),
            currency=None,
            occurred_at=parse_timestamp(message.get("vnp_PayDate", "")),
            facts=message,
        )

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer an IPN: {RspCode, Message}, always HTTP 200, unsigned as the protocol has it."""
        code, description = messages.ANSWERS[result]
        return RawResponse(body=write_json({"RspCode": code, "Message": description}))

    def query(self, order: SentOrder) -> Outcome:
        """querydr with the vnp_CreateDate of the payment. A payment since refunded is not judged from it."""
        answered = self._ask(order)
        code, status = text_of(answered.get("vnp_ResponseCode")), text_of(answered.get("vnp_TransactionStatus"))
        if code == messages.NOT_FOUND:
            return Outcome(OutcomeState.NOT_FOUND, code=code, facts=answered)
        if code != "00" or text_of(answered.get("vnp_TransactionType")) not in ("", messages.PAYMENT):
            raise OutcomeUnknown(f"querydr answered {code}, or about a refund")
        return _outcome(messages.payment_state(status), status, answered)

    def refund(self, order: SentOrder, refund: RefundOrder) -> Outcome:
        """Give money back. PAID: given back; PENDING: on its way; FAILED: VNPAY refuses it for good.

        `refund_ref` (32 letters and digits at most) is vnp_RequestId and stands in
        vnp_OrderInfo, by which `query_refund` knows it again. Raises OutcomeUnknown when the
        answer did not come, or when VNPAY says it is being refunded already (94).
        """
        answered = self._call(
            self._rules.refund,
            self._rules.refund_answer,
            {
                "vnp_RequestId": refund.refund_ref,
                "vnp_Version": self._version,
                "vnp_Command": "refund",
                "vnp_TmnCode": self._terminal,
                "vnp_TransactionType": _refund_type(order, refund),
                "vnp_TxnRef": order.merchant_ref,
                "vnp_Amount": str(refund.amount * 100),
                "vnp_TransactionNo": order.gateway_ref or "0",
                "vnp_TransactionDate": _created(order),
                "vnp_CreateBy": to_ascii(refund.requested_by, 245) or "portal",
                "vnp_CreateDate": format_timestamp(refund.created_at),
                "vnp_IpAddr": self._server_ip(),
                "vnp_OrderInfo": to_ascii(f"Hoan tien {refund.refund_ref} {refund.reason}"),
            },
        )
        code = text_of(answered.get("vnp_ResponseCode"))
        if code in messages.REFUSED_REFUNDS:
            return Outcome(OutcomeState.FAILED, code=code, message=text_of(answered.get("vnp_Message")), facts=answered)
        if code != "00":
            raise OutcomeUnknown(f"refund answered {code}")
        return _refund_outcome(answered, refund)

    def query_refund(self, order: SentOrder, refund: RefundOrder) -> Outcome:
        """Query a refund: VNPAY reports the last movement of the payment, by the payment's reference.

        A part given back is recognised only by our reference in vnp_OrderInfo; the whole can be
        given back only once. Anything else is NOT_FOUND: it says nothing about this refund.
        """
        answered = self._ask(order)
        code, kind = text_of(answered.get("vnp_ResponseCode")), text_of(answered.get("vnp_TransactionType"))
        names_ours = refund.refund_ref in text_of(answered.get("vnp_OrderInfo")).split()
        is_ours = kind == _refund_type(order, refund) and (kind == messages.FULL_REFUND or names_ours)
        if code not in ("00", messages.NOT_FOUND):
            raise OutcomeUnknown(f"querydr answered {code}")
        if code != "00" or not is_ours:
            return Outcome(OutcomeState.NOT_FOUND, code=code, facts=answered)
        return _refund_outcome(answered, refund)

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """VNPAY has no bill inquiry."""
        return RawResponse(body=b"{}", status=404)

    def _ask(self, order: SentOrder) -> dict[str, Any]:
        return self._call(
            self._rules.query,
            self._rules.query_answer,
            {
                "vnp_RequestId": uuid.uuid4().hex,
                "vnp_Version": self._version,
                "vnp_Command": "querydr",
                "vnp_TmnCode": self._terminal,
                "vnp_TxnRef": order.merchant_ref,
                "vnp_TransactionDate": _created(order),
                "vnp_CreateDate": format_timestamp(datetime.now(UTC)),
                "vnp_IpAddr": self._server_ip(),
                "vnp_OrderInfo": f"Truy van GD {order.merchant_ref}",
            },
        )

    def _call(self, rule: HmacPipe, answer_rule: HmacPipe, message: Mapping[str, str]) -> dict[str, Any]:
        """Send a signed request; return the answer once it is verified as VNPAY's own, about this payment."""
        signed = {**message, messages.SIGNATURE: rule.sign(message, self._secret)}
        answered = self._link.post(str(self._settings["api_url"]), signed, {})
        try:
            code = text_of(answered.get("vnp_ResponseCode"))
            if code in messages.CONFIGURATION_CODES:
                # Said of our key or terminal, so its signature may not be ours to verify.
                raise GatewayRefused(code, text_of(answered.get("vnp_Message")), is_configuration_fault=True)
            signature = text_of(answered.get(messages.SIGNATURE))
            is_signed = answer_rule.is_signed(answered, signature, self._secrets)
            echoed = [text_of(answered.get(name)) for name in ("vnp_Command", "vnp_TmnCode", "vnp_TxnRef")]
        except Malformed as error:
            raise OutcomeUnknown("the answer cannot be read") from error
        if not is_signed or echoed != [message["vnp_Command"], self._terminal, message["vnp_TxnRef"]]:
            raise OutcomeUnknown("the answer is not VNPAY's, or about another payment")
        return answered

    def _server_ip(self) -> str:
        return str(self._settings.get("server_ip", "127.0.0.1"))


def _created(order: SentOrder) -> str:
    created = order.request.get("vnp_CreateDate") or (order.created_at and format_timestamp(order.created_at))
    if not created:
        raise OutcomeUnknown("the vnp_CreateDate of the payment is missing")
    return str(created)


def _refund_type(order: SentOrder, refund: RefundOrder) -> str:
    return messages.FULL_REFUND if refund.amount == order.amount else messages.PARTIAL_REFUND


def _refund_outcome(answered: Mapping[str, Any], refund: RefundOrder) -> Outcome:
    status = text_of(answered.get("vnp_TransactionStatus"))
    outcome = _outcome(messages.REFUND_STATES.get(status, OutcomeState.PENDING), status, answered)
    if outcome.state == OutcomeState.PAID and outcome.amount != refund.amount:
        raise OutcomeUnknown("another amount was given back")
    return outcome


def _outcome(state: OutcomeState, status: str, answered: Mapping[str, Any]) -> Outcome:
    amount, transaction = _AMOUNT.fullmatch(text_of(answered.get("vnp_Amount"))), answered.get("vnp_TransactionNo")
    if state == OutcomeState.PAID and (amount is None or not _is_transaction(text_of(transaction))):
        raise OutcomeUnknown("done, but without an amount or a transaction")
    return Outcome(
        state=state,
        amount=int(amount[1]) if amount else None,
        gateway_ref=text_of(transaction),
        occurred_at=parse_timestamp(text_of(answered.get("vnp_PayDate"))),
        code=status,
        message=text_of(answered.get("vnp_Message")),
        facts=answered,
    )


def _is_transaction(text: str) -> bool:
    return bool(_REFERENCE.fullmatch(text)) and text.strip("0") != ""
