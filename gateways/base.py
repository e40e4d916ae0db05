"""The contract between payments and a gateway: data classes in, data classes out.

A gateway knows no model, no setting of Django and no HTTP framework. It is given a
`MerchantConfig` when it is made, and everything it says is one of the data classes of
`messages.py` or errors of `errors.py`, both imported from here, so an adapter can be tested,
shipped and replaced without the portal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from .errors import BadSignature as BadSignature
from .errors import ContractUnusable as ContractUnusable
from .errors import DamagedFile as DamagedFile
from .errors import FileFault as FileFault
from .errors import GatewayError as GatewayError
from .errors import GatewayMissing as GatewayMissing
from .errors import GatewayRefused as GatewayRefused
from .errors import GatewayUnavailable as GatewayUnavailable
from .errors import Malformed as Malformed
from .errors import OutcomeUnknown as OutcomeUnknown
from .errors import WrongRecipient as WrongRecipient
from .messages import AmountLimits as AmountLimits
from .messages import Answer as Answer
from .messages import Capability as Capability
from .messages import FindBill as FindBill
from .messages import InquiredBill as InquiredBill
from .messages import MerchantConfig as MerchantConfig
from .messages import Notification as Notification
from .messages import OrderLine as OrderLine
from .messages import Outcome as Outcome
from .messages import OutcomeState as OutcomeState
from .messages import PaymentOrder as PaymentOrder
from .messages import QrCode as QrCode
from .messages import RawRequest as RawRequest
from .messages import RawResponse as RawResponse
from .messages import Redirect as Redirect
from .messages import RefundOrder as RefundOrder
from .messages import SentOrder as SentOrder
from .messages import StatementRow as StatementRow


class Gateway(Protocol):
    """One gateway. Adapters register under the entry point group `motcua.gateways`.

    An instance belongs to one merchant account and keeps no state between calls. A class attribute
    `addresses` (tuple of `gateways.addresses.Address`) is optional: paths beside `/gateways/<slug>/notify`. So are
    `limits` (`AmountLimits`), outside of which it is not offered, and `page_settings`: the names of the settings whose
    addresses have the origin of its pay pages. A browser lets our forms lead there and nowhere else; a contract
    whose pages lie elsewhere names their origins in its setting `page_origins`. `fields` (tuple of
    `gateways.fields.Field`) declares its settings and keys: form, table and checks are drawn from them.
    """

    slug: str
    name: str
    capabilities: frozenset[Capability]

    def __init__(self, config: MerchantConfig) -> None: ...

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return the merchant id the message names: it only chooses which key to verify with.

        Raises Malformed.
        """
        ...

    def start(self, order: PaymentOrder) -> Redirect | QrCode:
        """Open a payment. Raises GatewayUnavailable, GatewayRefused, OutcomeUnknown."""
        ...

    def verify(self, request: RawRequest) -> Notification:
        """Read and verify a message on its raw bytes. Raises BadSignature, Malformed."""
        ...

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Build the protocol's answer. `notification` is None when the message was not verified."""
        ...

    def query(self, order: SentOrder) -> Outcome:
        """Query the state of a payment. Raises GatewayUnavailable, GatewayRefused, OutcomeUnknown."""
        ...

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """Answer a bill inquiry (Capability.BILL_INQUIRY only). Never raises."""
        ...


class StatementGateway(Gateway, Protocol):
    """A gateway whose files can be reconciled (Capability.STATEMENT)."""

    def statement(self, file: BinaryIO) -> Iterator[StatementRow]:
        """Yield the rows of a settlement file as it is read. Raises Malformed when any part of it is damaged.

        A DamagedFile, a kind of it, says in which line and how.
        """
        ...


class RefundGateway(Gateway, Protocol):
    """A gateway that can give money back (Capability.REFUND).

    Of an outcome, PAID means given back, FAILED refused for good, anything else undecided.
    """

    def refund(self, order: SentOrder, refund: RefundOrder) -> Outcome:
        """Give back `refund.amount` of a paid order. Raises GatewayUnavailable, GatewayRefused, OutcomeUnknown."""
        ...

    def query_refund(self, order: SentOrder, refund: RefundOrder) -> Outcome:
        """Query the state of a refund that was sent. Raises GatewayUnavailable, GatewayRefused, OutcomeUnknown."""
        ...
