"""Internal gateways for money that no bank reports: taken at the counter, or reallocated.

They are gateways only so that this money has a name and goes through the same door as
all other money. Nothing is sent, and whatever comes from outside is refused.
"""

from __future__ import annotations

from .base import (
    Answer,
    Capability,
    FindBill,
    GatewayRefused,
    Malformed,
    MerchantConfig,
    Notification,
    Outcome,
    PaymentOrder,
    QrCode,
    RawRequest,
    RawResponse,
    Redirect,
    SentOrder,
)


class InternalGateway:
    """A gateway without a bank."""

    slug = ""
    name = ""
    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, config: MerchantConfig) -> None:
        pass

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Nobody sends notifications. Raises Malformed."""
        raise Malformed("nobody sends messages here")

    def start(self, order: PaymentOrder) -> Redirect | QrCode:
        """A payer cannot start this by a browser. Raises GatewayRefused."""
        raise GatewayRefused(self.slug, "only staff book this money")

    def verify(self, request: RawRequest) -> Notification:
        """Nobody sends notifications. Raises Malformed."""
        raise Malformed("nobody sends messages here")

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer an outsider: not here."""
        return RawResponse(body=b"", status=404)

    def query(self, order: SentOrder) -> Outcome:
        """There is nobody to ask. Raises GatewayRefused."""
        raise GatewayRefused(self.slug, "there is nobody to ask")

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """Answer an outsider: not here."""
        return RawResponse(body=b"", status=404)


class Counter(InternalGateway):
    """Cash and cards taken by a cashier."""

    slug = "counter"
    name = "Quầy thu"


class Moved(InternalGateway):
    """Money that a case held, moved to the bill it was meant for."""

    slug = "moved"
    name = "Chuyển từ tiền đã nhận"


#: They have no bank: no statement, no health, no key, nothing a citizen could choose.
SLUGS = (Counter.slug, Moved.slug)
