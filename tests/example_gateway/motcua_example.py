"""An invented wallet, as an adapter to learn from and to copy: see docs/adding-a-gateway.md.

Its protocol: JSON both ways; a message is signed by HMAC-SHA256 over some of its values,
one a line. POST `/orders` opens an order and names its page, POST `/status` asks about one,
and the wallet posts the same fields to us when something happened.

`settings`: `base_url`, `shop_id`, and those of `gateways.http.Link`. `secrets`: `key`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
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
    SentOrder,
)
from gateways.codecs.ascii_text import to_ascii
from gateways.codecs.timestamps import format_timestamp, parse_timestamp
from gateways.fields import Field, Kind
from gateways.http import Link, page_address
from gateways.parsing import read_object, text_of, write_json

# Signing rules are data: what is signed, in which order. Everything else in a message is
# unsigned, so it must decide nothing.
ORDER = ("shop", "ref", "amount", "description", "created", "return_url")
OPENED = ("shop", "ref", "result", "page")
ASK = ("shop", "ref")
EVENT = ("shop", "ref", "amount", "currency", "transaction", "status", "time", "note")
ANSWER = ("shop", "ref", "result")

# An unknown status is no failure: what is not in here stays pending until a person has looked.
STATES = {
    "DONE": OutcomeState.PAID,
    "HELD": OutcomeState.PENDING,  # debited but not final
    "REFUSED": OutcomeState.FAILED,
    "NONE": OutcomeState.NOT_FOUND,
}
ANSWERS = {
    Answer.ACCEPTED: "OK",
    Answer.REPLAY: "OK",
    Answer.NOT_FOUND: "NO_ORDER",
    Answer.WRONG_AMOUNT: "AMOUNT",
    Answer.BUSY: "LATER",
}

_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,50}")
_AMOUNT = re.compile(r"[1-9][0-9]{0,11}")


def sign(fields: tuple[str, ...], message: Mapping[str, Any], key: str) -> str:
    """Return the signature of a message. Raises Malformed when a signed value is no plain line."""
    lines = [text_of(message.get(name)) for name in fields]
    if any("\n" in line for line in lines):
        raise Malformed("a line break inside a signed value")
    return hmac.new(key.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


class ExampleWallet:
    """One shop at the wallet."""

    slug = "example_wallet"
    name = "Ví mẫu"
    page_settings = ("base_url",)
    fields = (
        Field("base_url", "Địa chỉ của ví", Kind.ADDRESS, is_required=True),
        Field("shop_id", "Mã cửa hàng", is_required=True, is_merchant_id=True),
        Field("key", "Khóa ký", is_required=True, is_secret=True),
    )
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY})

    def __init__(self, config: MerchantConfig) -> None:
        self._base_url = str(config.settings["base_url"]).rstrip("/")
        self._shop = str(config.settings["shop_id"])
        self._key = config.secrets["key"]
        # After a rotation the old key still verifies, within its window; it never signs.
        self._keys = [self._key, *(old["key"] for old in config.previous_secrets if "key" in old)]
        self._link = Link.from_settings(config.settings)

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return the shop a message names: it only chooses the key. Raises Malformed."""
        return text_of(read_object(request.body).get("shop"))

    def start(self, order: PaymentOrder) -> Redirect:
        """Open an order. What is returned as `request` is kept and given back to `query`."""
        message = {
            "shop": self._shop,
            "ref": order.merchant_ref,
            "amount": order.amount,
            "description": to_ascii(order.description),
            "created": format_timestamp(order.created_at),
            "return_url": order.return_url,
        }
        answered = self._call("/orders", ORDER, message, OPENED)
        result = text_of(answered.get("result"))
        if result == "TAKEN":
            raise OutcomeUnknown("an earlier request got through: the query decides")
        if result != "OK":
            raise GatewayRefused(result)
        if text_of(answered.get("ref")) != order.merchant_ref:
            raise OutcomeUnknown("the answer is about another order")
        return Redirect(url=page_address(text_of(answered.get("page")), self._base_url), request=message)

    def verify(self, request: RawRequest) -> Notification:
        """Read a notification: the signature first, then the shape of everything used."""
        parsed = read_object(request.body)
        self._check(EVENT, parsed)
        fields = {name: text_of(parsed.get(name)) for name in EVENT}
        state = STATES.get(fields["status"], OutcomeState.PENDING)
        is_sound = (
            fields["shop"] == self._shop
            and _REFERENCE.fullmatch(fields["ref"])
            and _REFERENCE.fullmatch(fields["transaction"])
            and _AMOUNT.fullmatch(fields["amount"])
            and state != OutcomeState.NOT_FOUND
        )
        if not is_sound:
            raise Malformed("a field has not its shape")
        return Notification(
            gateway=self.slug,
            # The identity of the event: told twice it is a replay, told with other money a conflict.
            event_key=f"{fields['ref']}:{fields['transaction']}:{fields['status']}",
            merchant_ref=fields["ref"],
            gateway_ref=fields["transaction"],
            state=state,
            amount=int(fields["amount"]),
            currency=fields["currency"] or None,
            occurred_at=parse_timestamp(fields["time"]),
            facts=parsed,
        )

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer in the wallet's words. `notification` is None when the message was not verified."""
        body = {
            "shop": self._shop,
            "ref": notification.merchant_ref if notification else "",
            "result": ANSWERS.get(result, "ERROR"),
        }
        return RawResponse(body=write_json({**body, "signature": sign(ANSWER, body, self._key)}))

    def query(self, order: SentOrder) -> Outcome:
        """Ask about an order. Whatever is not a signed answer about this order is unknown."""
        answered = self._call("/status", ASK, {"shop": self._shop, "ref": order.merchant_ref}, EVENT)
        if text_of(answered.get("ref")) != order.merchant_ref:
            raise OutcomeUnknown("the answer is about another order")
        status = text_of(answered.get("status"))
        state = STATES.get(status, OutcomeState.PENDING)
        amount = _AMOUNT.fullmatch(text_of(answered.get("amount")))
        if state == OutcomeState.PAID and amount is None:
            raise OutcomeUnknown("paid, but without an amount")
        return Outcome(
            state=state,
            amount=int(amount[0]) if amount else None,
            gateway_ref=text_of(answered.get("transaction")),
            occurred_at=parse_timestamp(text_of(answered.get("time"))),
            code=status,
            facts=answered,
        )

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """The wallet asks for no bills."""
        return RawResponse(body=b"{}", status=404)

    def _call(
        self, path: str, fields: tuple[str, ...], message: Mapping[str, Any], answer_fields: tuple[str, ...]
    ) -> dict[str, Any]:
        answered = self._link.post(
            self._base_url + path, {**message, "signature": sign(fields, message, self._key)}, {}
        )
        try:
            self._check(answer_fields, answered)
            # A nested value where text belongs must not surprise us further down.
            for name in answer_fields:
                text_of(answered.get(name))
        except (BadSignature, Malformed) as error:
            raise OutcomeUnknown("the answer is not signed by the wallet") from error
        return answered

    def _check(self, fields: tuple[str, ...], parsed: Mapping[str, Any]) -> None:
        given = text_of(parsed.get("signature")).encode()
        if not any(hmac.compare_digest(sign(fields, parsed, key).encode(), given) for key in self._keys):
            raise BadSignature(self.slug)
