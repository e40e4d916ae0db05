"""The protocol that VNPT-Pay and PayPlatform share, with two sets of names.

See docs/reference/payplatform.md#same-protocol-as-vnpt-pay.

A subclass says what the fields are called (`Dialect`), what its answers mean and where it
is reached, and writes its own INIT. Everything that decides about money is here, once.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateways.base import (
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
    SentOrder,
    WrongRecipient,
)
from gateways.codecs.field_signatures import PipeSha256, received_order
from gateways.codecs.timestamps import format_timestamp, parse_timestamp
from gateways.http import Link, page_address
from gateways.parsing import read_enveloped, text_of, write_json

#: Codes of their answers to our requests (docs/reference/vnptpay.md#response-codes): the payment may exist, so only
#: QUERY can tell.
UNCLEAR_CODES = frozenset({"03", "04", "06", "99"})
#: Our key or contract is wrong; nothing was created.
CONFIGURATION_CODES = frozenset({"07", "08", "09"})
NO_DATA = "05"
MAINTENANCE = "96"
#: TrangThaiGD (docs/reference/payplatform.md#query); TRANSACTION_STATUS is not public and goes by analogy
#: (docs/reference/vnptpay.md#query).
STATUS_MAP = {"1": OutcomeState.PAID, "3": OutcomeState.PENDING, "4": OutcomeState.FAILED}

_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,50}")
_CODE = re.compile(r"[A-Za-z0-9]{1,10}")
# Whole đồng; .0 or .00 behind them says the same, while 150.000 may be a thousand times 150.
_AMOUNT = re.compile(r"([1-9][0-9]{0,11})(?:\.00?)?")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one of the protocols calls the fields that both have; `created` is the stamp of the INIT."""

    action: str
    version: str
    merchant: str
    order: str
    amount: str
    currency: str
    transaction: str
    method: str
    paid_at: str
    info: str
    created: str
    code: str
    text: str
    status: str
    url: str
    signature: str

    @property
    def confirm(self) -> PipeSha256:
        """CONFIRM, their server to ours (docs/reference/vnptpay.md#confirm)."""
        details = (self.amount, self.currency, self.transaction, self.method, self.paid_at, self.info)
        return PipeSha256((self.action, self.code, self.merchant, self.order, *details))

    @property
    def answer(self) -> PipeSha256:
        """Our answer to a CONFIRM (docs/reference/vnptpay.md#confirm)."""
        return PipeSha256((self.code, self.text, self.merchant, self.order, self.created))

    @property
    def query(self) -> PipeSha256:
        """QUERY (docs/reference/vnptpay.md#query)."""
        return PipeSha256((self.action, self.version, self.merchant, self.order, self.created))


class PipeGateway(ABC):
    """One merchant account at a gateway of this family. `merchant_setting` names the setting with our id."""

    slug: str
    name: str
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY})
    dialect: Dialect
    merchant_setting: str
    answers: Mapping[Answer, tuple[str, str]]

    def __init__(self, config: MerchantConfig) -> None:
        self._settings = config.settings
        self._merchant = str(config.settings[self.merchant_setting])
        self._secret = config.secrets["secret_key"]
        self._secrets = [
            self._secret,
            *(old["secret_key"] for old in config.previous_secrets if "secret_key" in old),
        ]
        self._status_map = config.settings.get("status_map", STATUS_MAP)
        self._link = Link.from_settings(config.settings)

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return the merchant id of the message. Raises Malformed."""
        return text_of(read_enveloped(request.body).get(cls.dialect.merchant))

    def start(self, order: PaymentOrder) -> Redirect:
        """Send the INIT. A code 03 means that an earlier INIT got through: QUERY decides."""
        names, (url, codec, message) = self.dialect, self._init(order)
        answered = self._call(url, codec, message)
        code = text_of(answered.get(names.code))
        if code in UNCLEAR_CODES:
            raise OutcomeUnknown(f"INIT answered {code}")
        if code != "00":
            raise GatewayRefused(code, text_of(answered.get(names.text)))
        if text_of(answered.get(names.order, order.merchant_ref)) != order.merchant_ref:
            raise OutcomeUnknown("the answer is about another order")
        page = page_address(text_of(answered.get(names.url)), url)
        return Redirect(url=page, request={name: message[name] for name in codec.fields})

    def verify(self, request: RawRequest) -> Notification:
        """Read a CONFIRM (docs/reference/vnptpay.md#confirm), in either envelope. Only signed fields are used."""
        names, message = self.dialect, read_enveloped(request.body)
        self._check(names.confirm, message)
        fields = {name: text_of(message.get(name)) for name in names.confirm.fields}
        if fields[names.merchant] != self._merchant:
            raise WrongRecipient("not to this merchant")
        if fields[names.action] != "CONFIRM":
            raise Malformed("not a CONFIRM")
        reference, transaction = fields[names.order], fields[names.transaction]
        code, amount = fields[names.code], _AMOUNT.fullmatch(fields[names.amount])
        if not (_REFERENCE.fullmatch(reference) and _CODE.fullmatch(code) and amount):
            raise Malformed("order, code or amount has not its shape")
        state = _confirmed_state(code)
        if not _REFERENCE.fullmatch(transaction) and (transaction or state == OutcomeState.PAID):
            raise Malformed("the transaction id has not its shape")
        return Notification(
            gateway=self.slug,
            event_key=f"{reference}:{transaction}:{code}",
            merchant_ref=reference,
            gateway_ref=transaction,
            state=state,
            amount=int(amount[1]),
            currency=fields[names.currency] or None,
            occurred_at=parse_timestamp(fields[names.paid_at]),
            facts=message,
        )

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer a CONFIRM, signed, always HTTP 200 (docs/reference/vnptpay.md#confirm)."""
        code, description = self.answers[result]
        values = (code, description, self._merchant, self._reference_in(request, notification), _now())
        body: dict[str, Any] = dict(zip(self.dialect.answer.fields, values, strict=True))
        body[self.dialect.signature] = self._sign_answer(body, request)
        return RawResponse(body=write_json(body))

    def query(self, order: SentOrder) -> Outcome:
        """QUERY with the stamp of the INIT. Never says failed unless the gateway does.

        See docs/reference/vnptpay.md#query.
        """
        names = self.dialect
        created = order.request.get(names.created) or (order.created_at and format_timestamp(order.created_at))
        if not created:
            raise OutcomeUnknown("the time stamp of the INIT is missing")
        version = order.request.get(names.version) or self._version()
        values = ("QUERY", version, self._merchant, order.merchant_ref, created)
        message = dict(zip(names.query.fields, values, strict=True))
        answered = self._call(self._query_url(), names.query, message)
        code = text_of(answered.get(names.code))
        if code == NO_DATA:
            return Outcome(OutcomeState.NOT_FOUND, code=code, facts=answered)
        if code != "00" or text_of(answered.get(names.order)) != order.merchant_ref:
            raise OutcomeUnknown(f"QUERY answered {code}")
        status = text_of(answered.get(names.status))
        # An undocumented status is no failure: it stays pending until a person has looked.
        state = OutcomeState(self._status_map.get(status, OutcomeState.PENDING))
        amount = _AMOUNT.fullmatch(text_of(answered.get(names.amount)))
        if state == OutcomeState.PAID and amount is None:
            raise OutcomeUnknown("paid, but without an amount")
        return Outcome(
            state=state,
            amount=int(amount[1]) if amount else None,
            gateway_ref=text_of(answered.get(names.transaction)),
            occurred_at=parse_timestamp(text_of(answered.get(names.paid_at))),
            code=status,
            message=text_of(answered.get(names.text)),
            currency=text_of(answered.get(names.currency)) or None,
            facts=answered,
        )

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """These gateways have no bill inquiry."""
        return RawResponse(body=b"{}", status=404)

    @abstractmethod
    def _init(self, order: PaymentOrder) -> tuple[str, PipeSha256, dict[str, Any]]:
        """Return where the INIT goes, what of it is signed, and the whole message. Raises GatewayRefused."""

    @abstractmethod
    def _version(self) -> str:
        """Return the version of the protocol that the contract is for."""

    @abstractmethod
    def _query_url(self) -> str:
        """Return where the QUERY goes."""

    @abstractmethod
    def _headers(self) -> Mapping[str, str]:
        """Return the headers of every request to the gateway."""

    def _unwrap(self, answered: dict[str, Any]) -> dict[str, Any]:
        return answered

    def _answer_rule(self, codec: PipeSha256, answered: Mapping[str, Any]) -> PipeSha256 | None:
        """Return how the answer to a request signed by `codec` is signed; None where the contract signs none."""
        return PipeSha256(received_order(answered, self.dialect.signature))

    def _sign_answer(self, body: Mapping[str, Any], request: RawRequest) -> str:
        return self.dialect.answer.sign(body, self._secret)

    def _call(self, url: str, codec: PipeSha256, message: Mapping[str, Any]) -> dict[str, Any]:
        """Send a signed request; return the answer once it is verified as the gateway's own.

        See docs/reference/vnptpay.md#init-answer.
        """
        names = self.dialect
        signed = {**message, names.signature: codec.sign(message, self._secret)}
        answered = self._unwrap(self._link.post(url, signed, self._headers()))
        try:
            code = text_of(answered.get(names.code))
            if code in CONFIGURATION_CODES:
                # Said of our key or contract, so its signature may not be ours to verify.
                raise GatewayRefused(code, text_of(answered.get(names.text)), is_configuration_fault=True)
            if rule := self._answer_rule(codec, answered):
                self._check(rule, answered)
        except (BadSignature, Malformed) as error:
            raise OutcomeUnknown("the answer is not signed by the gateway") from error
        if code == MAINTENANCE:
            raise GatewayUnavailable(f"{self.name} is under maintenance")
        return answered

    def _check(self, codec: PipeSha256, message: Mapping[str, Any]) -> None:
        if not codec.is_signed(message, text_of(message.get(self.dialect.signature)), self._secrets):
            raise BadSignature(self.slug)

    def _reference_in(self, request: RawRequest, notification: Notification | None) -> str:
        """Return the order id to echo: of an unverified message only if it looks like one."""
        if notification:
            return notification.merchant_ref
        try:
            reference = text_of(read_enveloped(request.body).get(self.dialect.order))
        except Malformed:
            return ""
        return reference if _REFERENCE.fullmatch(reference) else ""


def _confirmed_state(code: str) -> OutcomeState:
    if code == "00":
        return OutcomeState.PAID
    return OutcomeState.PENDING if code in UNCLEAR_CODES else OutcomeState.FAILED


def _now() -> str:
    return format_timestamp(datetime.now(UTC))
