"""The counter: cash and cards taken by a cashier. No bank speaks here, so nothing is sent or verified.

It is a gateway only so that money of the counter has a name and goes through the same
door as all other money.
"""

from __future__ import annotations

from .base import (
    Answer,
    Capability,
    FindBill,
    GatewayRefused,
    Malformed,
    MerchantConfig,
    Notice,
    Outcome,
    PaymentOrder,
    QrCode,
    RawRequest,
    RawResponse,
    Redirect,
    SentOrder,
)


class Counter:
    """Money taken by hand. Every message from outside is refused."""

    slug = "counter"
    name = "Quầy thu"
    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, config: MerchantConfig) -> None:
        pass

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Nobody sends notices for the counter. Raises Malformed."""
        raise Malformed("the counter has no messages")

    def start(self, order: PaymentOrder) -> Redirect | QrCode:
        """A payer cannot start this by a browser. Raises GatewayRefused."""
        raise GatewayRefused("counter", "only a cashier takes money at the counter")

    def verify(self, request: RawRequest) -> Notice:
        """Nobody sends notices for the counter. Raises Malformed."""
        raise Malformed("the counter has no messages")

    def answer(self, request: RawRequest, notice: Notice | None, result: Answer) -> RawResponse:
        """Answer an outsider: not here."""
        return RawResponse(body=b"", status=404)

    def query(self, order: SentOrder) -> Outcome:
        """There is nobody to ask. Raises GatewayRefused."""
        raise GatewayRefused("counter", "there is nobody to ask")

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """Answer an outsider: not here."""
        return RawResponse(body=b"", status=404)
