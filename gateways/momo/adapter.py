"""MoMo v2: create and redirect, IPN answered by HTTP 204, query, refund (docs/reference/momo.md).

`settings`: `api_url` (…/v2/gateway/api), `partner_code`, `notify_url` (where the IPN comes);
where the contract differs: `request_type` (`captureWallet`, `payWithMethod` …), `store_name`,
`create_answer_fields` (signed list, else both documented ones are tried), `create_answer_signed`
(False: this account's answers carry no signature), and those of `http.Link`; `read_seconds`
is 30 here, as MoMo asks. `secrets`: `access_key`, `secret_key`.

Only create's answer and the IPN are signed by MoMo. Its answers to query and refund are
believed because of TLS, and only when they repeat exactly what was asked.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from gateways.base import (
    AmountLimits,
    Answer,
    BadSignature,
    Capability,
    FindBill,
    GatewayRefused,
    GatewayUnavailable,
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
from gateways.codecs.hmac import HmacPairs
from gateways.http import Link, page_address
from gateways.parsing import read_object, text_of

from . import messages
from .fields import FIELDS

_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,50}")
_AMOUNT = re.compile(r"[1-9][0-9]{0,11}")
_CODE = re.compile(r"[0-9]{1,5}")
_TRANSACTION = re.compile(r"[1-9][0-9]{0,29}")
_MILLISECONDS = re.compile(r"[0-9]{13}")


class Momo:
    """One partner account at MoMo."""

    slug = "momo"
    name = "MoMo"
    fields = FIELDS
    page_settings = ("api_url",)
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY, Capability.REFUND})
    limits = AmountLimits(least=1_000, most=50_000_000)

    def __init__(self, config: MerchantConfig) -> None:
        self._settings = config.settings
        self._partner = str(config.settings["partner_code"])
        pairs = (config.secrets, *config.previous_secrets)
        self._keys = [(pair["access_key"], pair["secret_key"]) for pair in pairs if "secret_key" in pair]
        listed = config.settings.get("create_answer_fields")
        self._create_answers = (HmacPairs(tuple(listed)),) if listed else messages.CREATE_ANSWERS
        self._link = Link.from_settings({"read_seconds": 30, **config.settings})

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return partnerCode of the message. Raises Malformed."""
        return text_of(read_object(request.body).get("partnerCode"))

    def start(self, order: PaymentOrder) -> Redirect:
        """create: a duplicate or an unclear code means that an order may exist, which query decides."""
        message = {
            "partnerCode": self._partner,
            "requestId": order.merchant_ref,
            "amount": order.amount,
            "orderId": order.merchant_ref,
            "orderInfo": to_ascii(order.description, 200),
            "redirectUrl": order.return_url,
            "ipnUrl": str(self._settings["notify_url"]),
            "requestType": str(self._settings.get("request_type", "captureWallet")),
            "extraData": "",
            "autoCapture": True,
            "lang": "en" if order.locale == "en" else "vi",
        }
        if name := self._settings.get("store_name"):
            message["partnerName"] = to_ascii(str(name), 100)
        answered, code = self._call("create", messages.CREATE, message)
        if code in messages.REFUSED_CODES or messages.state_of(code) in (OutcomeState.FAILED, OutcomeState.CANCELLED):
            raise GatewayRefused(code, text_of(answered.get("message")))
        if code != "0" or not self._is_genuine_order(answered):
            raise OutcomeUnknown(f"create answered {code}, or without its signature")
        return Redirect(url=page_address(_text(answered, "payUrl"), str(self._settings["api_url"])), request=message)

    def verify(self, request: RawRequest) -> Notification:
        """IPN. accessKey is signed but not sent: ours is put in its place."""
        message = read_object(request.body)
        signature = text_of(message.get("signature"))
        if not self._is_signed(messages.IPN, message, signature):
            raise BadSignature(self.slug)
        fields = {name: text_of(message.get(name)) for name in messages.IPN.fields}
        reference, code, transaction = fields["orderId"], fields["resultCode"], fields["transId"]
        if fields["partnerCode"] != self._partner:
            raise WrongRecipient("not for this partner")
        is_sound = _REFERENCE.fullmatch(reference) and _CODE.fullmatch(code) and _AMOUNT.fullmatch(fields["amount"])
        state = messages.state_of(code)
        # 0 means that no transaction was made.
        is_known = bool(_TRANSACTION.fullmatch(transaction))
        if not is_sound or not (is_known or (transaction in ("", "0") and state != OutcomeState.PAID)):
            raise Malformed("a signed field has not its shape")
        return Notification(
            gateway=self.slug,
            event_key=f"{reference}:{transaction}:{code}",
            merchant_ref=reference,
            gateway_ref=transaction if is_known else "",
            state=state,
            amount=int(fields["amount"]),
            currency=None,
            occurred_at=_moment(fields["responseTime"]),
            facts=message,
        )

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer an IPN: the status says it all, the body is empty. MoMo waits 15 s at most."""
        return RawResponse(body=b"", status=messages.ANSWERS[result])

    def query(self, order: SentOrder) -> Outcome:
        """query: what became of an order; a new requestId each time, or MoMo repeats its first answer."""
        answered, code = self._call("query", messages.QUERY, self._question(order.merchant_ref))
        if code == messages.NOT_FOUND:
            return Outcome(OutcomeState.NOT_FOUND, code=code, facts=answered)
        if code in messages.REFUSED_CODES | messages.UNCLEAR_CODES:
            raise OutcomeUnknown(f"query answered {code}")
        return _outcome(messages.state_of(code), answered)

    def refund(self, order: SentOrder, refund: RefundOrder) -> Outcome:
        """Give money back. PAID: given back; PENDING: on its way; FAILED: MoMo refuses it for good.

        `refund_ref` is the refund's own orderId and requestId, so MoMo makes it once however
        often it is sent. Raises OutcomeUnknown when the answer did not come or is about an
        earlier sending (40, 41), GatewayUnavailable when MoMo says to try again later (1080).
        """
        if not _TRANSACTION.fullmatch(order.gateway_ref):
            raise GatewayRefused("no-transaction", "MoMo refunds by its transId, which is missing")
        message = {
            "partnerCode": self._partner,
            "orderId": refund.refund_ref,
            "requestId": refund.refund_ref,
            "amount": refund.amount,
            "transId": int(order.gateway_ref),
            "lang": "vi",
            "description": to_ascii(refund.reason, 200),
        }
        answered, code = self._call("refund", messages.REFUND, message)
        if code == messages.REFUND_LATER:
            raise GatewayUnavailable("MoMo could not refund now")
        if code in messages.UNCLEAR_CODES:
            raise OutcomeUnknown(f"refund answered {code}")
        return _refund_outcome([answered], refund)

    def query_refund(self, order: SentOrder, refund: RefundOrder) -> Outcome:
        """refund/query, by the refund's own orderId; refundTrans lists what MoMo did under it."""
        answered, code = self._call("refund/query", messages.QUERY, self._question(refund.refund_ref))
        if code not in ("0", messages.NOT_FOUND):
            raise OutcomeUnknown(f"refund/query answered {code}")
        rows = answered.get("refundTrans") or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise OutcomeUnknown("refundTrans is no list of refunds")
        refunds = [row for row in rows if _text(row, "orderId") == refund.refund_ref]
        if not refunds:
            return Outcome(OutcomeState.NOT_FOUND, code=code, facts=answered)
        return _refund_outcome(refunds, refund)

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """MoMo has no bill inquiry."""
        return RawResponse(body=b"{}", status=404)

    def _question(self, reference: str) -> dict[str, Any]:
        return {
            "partnerCode": self._partner,
            "requestId": uuid.uuid4().hex,
            "orderId": reference,
            "lang": "vi",
        }

    def _call(self, operation: str, rule: HmacPairs, message: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Send a signed request; return the answer and its resultCode once it repeats the request."""
        access, secret = self._keys[0]
        signature = rule.sign({**message, "accessKey": access}, secret)
        url = f"{str(self._settings['api_url']).rstrip('/')}/{operation}"
        answered = self._link.post(url, {**message, "signature": signature}, {}, reads_refusals=True)
        code = _text(answered, "resultCode")
        if code == messages.MAINTENANCE:
            raise GatewayUnavailable("MoMo is under maintenance")
        if code in messages.CONFIGURATION_CODES:
            raise GatewayRefused(code, _text(answered, "message"), is_configuration_fault=True)
        echoed = [name for name in ("partnerCode", "orderId", "requestId") if _text(answered, name) == message[name]]
        if not _CODE.fullmatch(code) or len(echoed) < 3:
            raise OutcomeUnknown(f"{operation} answered about something else")
        return answered, code

    def _is_genuine_order(self, answered: Mapping[str, Any]) -> bool:
        """Tell whether create's answer is MoMo's. It decides about no money, only where the payer goes."""
        if not self._settings.get("create_answer_signed", True):
            return True
        try:
            signature = text_of(answered.get("signature"))
            return any(self._is_signed(rule, answered, signature) for rule in self._create_answers)
        except Malformed:
            return False

    def _is_signed(self, rule: HmacPairs, message: Mapping[str, Any], signature: str) -> bool:
        return any(
            rule.is_signed({**message, "accessKey": access}, signature, [secret]) for access, secret in self._keys
        )


def _refund_outcome(rows: Sequence[Mapping[str, Any]], refund: RefundOrder) -> Outcome:
    """Return what the attempts at one refund came to: one that succeeded counts, then one under way."""
    order = (OutcomeState.PAID, OutcomeState.PENDING, OutcomeState.FAILED)
    judged = [(messages.refund_state_of(_text(row, "resultCode")), row) for row in rows]
    state, row = min(judged, key=lambda one: order.index(one[0]))
    outcome = _outcome(state, row)
    if state == OutcomeState.PAID and outcome.amount != refund.amount:
        raise OutcomeUnknown("another amount was given back")
    return outcome


def _outcome(state: OutcomeState, answered: Mapping[str, Any]) -> Outcome:
    amount, transaction = _text(answered, "amount"), _text(answered, "transId")
    if state == OutcomeState.PAID and not (_AMOUNT.fullmatch(amount) and _TRANSACTION.fullmatch(transaction)):
        raise OutcomeUnknown("done, but without an amount or a transaction")
    return Outcome(
        state=state,
        amount=int(amount) if _AMOUNT.fullmatch(amount) else None,
        gateway_ref=transaction if _TRANSACTION.fullmatch(transaction) else "",
        code=_text(answered, "resultCode"),
        message=_text(answered, "message"),
        facts=answered,
    )


def _text(answered: Mapping[str, Any], name: str) -> str:
    """Return a field of an answer as text. Raises OutcomeUnknown: we cannot read what became of the money."""
    try:
        return text_of(answered.get(name))
    except Malformed as error:
        raise OutcomeUnknown(f"{name} cannot be read") from error


def _moment(milliseconds: str) -> datetime | None:
    """Return the time of an epoch stamp in milliseconds, the one protocol here without local time (T-7)."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if _MILLISECONDS.fullmatch(milliseconds) else None
