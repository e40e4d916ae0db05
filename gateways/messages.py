"""What is said between payments and a gateway: plain data classes. Import them from `gateways.base`.

Amounts are whole đồng (VND has no minor unit). Times are aware datetimes; a gateway
converts to and from its own notation (usually yyyyMMddHHmmss, GMT+7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Capability(StrEnum):
    """What a gateway can do; the portal offers only what is listed."""

    REDIRECT = "redirect"
    QR = "qr"
    QUERY = "query"
    REFUND = "refund"
    BILL_INQUIRY = "bill_inquiry"
    STATEMENT = "statement"


class OutcomeState(StrEnum):
    """What the gateway says of the money. PENDING and UNKNOWN are never "failed"."""

    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PENDING = "pending"
    NOT_FOUND = "not_found"
    REVERSED = "reversed"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """What we made of a notification; each protocol has its own code for it."""

    ACCEPTED = "accepted"
    REPLAY = "replay"
    NOT_FOUND = "not_found"
    WRONG_AMOUNT = "wrong_amount"
    CONFLICT = "conflict"
    BAD_SIGNATURE = "bad_signature"
    MALFORMED = "malformed"
    BUSY = "busy"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class AmountLimits:
    """The sums a gateway takes in one payment, whole đồng, both included; None for no limit.

    Outside of them it is not offered. A contract narrows them by `smallest_amount` and `largest_amount`.
    """

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class MerchantConfig:
    """One merchant account: what the contract with the gateway settles.

    `settings` are plain (addresses, ids, versions, code maps), `secrets` are keys.
    `previous_secrets` still verify what arrives, within their window, after a rotation.
    """

    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    previous_secrets: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One fee of a bill: `kind` is `phi` or `le_phi`, `amount` whole đồng."""

    code: str
    kind: str
    description: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One attempt to pay, committed before it is sent (I12); `lines`, where given, add up to `amount`."""

    merchant_ref: str
    amount: int
    description: str
    created_at: datetime
    client_ip: str
    return_url: str
    payer_name: str = ""
    locale: str = "vi"
    bill_reference: str = ""
    lines: tuple[OrderLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SentOrder:
    """An attempt as it was sent: QUERY and refund need the very values of the first request.

    `request` is empty when `start` never came back; `created_at` (the PaymentOrder's) then
    still gives the time stamp that was sent.
    """

    merchant_ref: str
    amount: int
    request: Mapping[str, Any]
    gateway_ref: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Money to give back: `refund_ref` is ours and unique, so sending it twice is harmless."""

    refund_ref: str
    amount: int
    reason: str
    created_at: datetime
    requested_by: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the browser to `url`. `request` is kept on the payment."""

    url: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QrCode:
    """Show `text` as a QR. The account and purpose are shown beside it for copying."""

    text: str
    cust_code: str
    bank_bin: str
    account: str
    account_name: str
    purpose: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawRequest:
    """An HTTP request as it arrived: bytes, because signatures are over bytes."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    remote_addr: str = ""


@dataclass(frozen=True, slots=True)
class RawResponse:
    """What we answer, byte for byte."""

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Notification:
    """What a verified message says.

    `event_key` is the gateway's own identity of this event: the inbox is unique over
    (gateway, event_key). `gateway_ref` names their transaction and is unique for ever within one merchant
    account: the ledger books it once, and a second order under it is a discrepancy. Where the gateway's numbers
    begin anew (each day, each terminal), put before it what makes it unique. `amount` is None where the protocol
    does not carry it (then a query must confirm). `facts` are the decoded fields as received, for people to read.
    `account` and `currency` are checked against the merchant account, never trusted.
    """

    gateway: str
    event_key: str
    merchant_ref: str
    gateway_ref: str
    state: OutcomeState
    amount: int | None
    currency: str | None
    occurred_at: datetime | None
    account: str = ""
    is_transfer: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a query: the state of one payment at the gateway."""

    state: OutcomeState
    amount: int | None = None
    gateway_ref: str = ""
    occurred_at: datetime | None = None
    code: str = ""
    message: str = ""
    currency: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: Where people transfer to a code they may transfer twice: the further transfers.
    others: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of the bank's file. `merchant_ref` is empty where the row names none of our codes.

    A credit is positive; one that the bank takes back is negative, and so is a debit (`is_debit`), which may be
    one or a fee of the bank: which, the number or the text says.
    """

    gateway_ref: str
    merchant_ref: str
    amount: int
    currency: str | None
    account: str
    occurred_at: datetime | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_debit: bool = False


@dataclass(frozen=True, slots=True)
class InquiredBill:
    """The answer to a bill inquiry: the amount due for a code. The name is masked."""

    code: str
    amount: int
    payer_name: str
    reference: str
    is_payable: bool


FindBill = Callable[[str], InquiredBill | None]
