"""The description of a gateway for the conformance kit: its contract, and its bank's half of the protocol.

For a gateway of this repository it is `SPECIMEN` in `gateways/<slug>/specimen.py`. To test an adapter of another
package, collect the suite with a fixture of that name:

    from tests.conformance.test_conformance import *
    from tests.conformance.test_fuzz import *
    from tests.conformance.test_outgoing import *

    pytestmark = pytest.mark.usefixtures("specimen")  # yours instead of this repository's

    @pytest.fixture(scope="module")
    def specimen() -> Specimen: ...

`tests/conformance/test_example_gateway.py` does just that; docs/adding-a-gateway.md explains it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from gateways.base import (
    Answer,
    Gateway,
    GatewayError,
    MerchantConfig,
    Notification,
    OutcomeState,
    PaymentOrder,
    RawRequest,
    RawResponse,
)
from gateways.codecs.timestamps import format_timestamp

from .envelopes import as_post, in_query

Fields = dict[str, Any]
#: What the bank's server says to one of our requests (its JSON, decoded), signed as the bank signs.
Reply = Callable[[Fields], Fields]


@dataclass(frozen=True)
class Specimen:
    """One adapter with a contract, and the bank's half of its protocol.

    `paid` are the fields of a genuine notification of `amount` đồng for `merchant_ref`, unsigned;
    `sign` returns a message with its signature; `envelopes` are all the ways it may travel.
    `texts`, `time` and `amount_field` name fields of those kinds. `failed`, where the
    protocol has it, are changes that make the notification a failure. `codes` maps what we
    answer to the protocol's word; `read_answer` returns that word, or raises when the
    answer is not properly signed. `amount_field` is empty where a notification has no amount.

    For what we ask the bank: `contract_at` returns the contract with the bank at an address,
    `replies` maps a name to what the bank may say to a query and what we must make of it,
    `opened` is its answer to a good `start`, `answer_signature` the field that signs both
    (empty where the protocol signs no answers).

    `amount_unit` is what the wire counts for one đồng, `write_time` how it writes a moment.
    `is_in_query`: notifications travel in the query of a GET. `read_response` replaces `read_answer`
    where the answer is more than its body. `refund_replies` and `refund_query_replies` are as
    `replies`, for a gateway with Capability.REFUND; `refund_fields` name, in its request, our
    reference, the amount and the bank's transaction.
    """

    gateway: type[Gateway]
    config: MerchantConfig
    rotated: MerchantConfig
    merchant_id: str
    merchant_ref: str
    amount: int
    paid: Mapping[str, str]
    signed: tuple[str, ...]
    signature_field: str
    amount_field: str
    time_field: str
    text_field: str
    sign: Callable[[Mapping[str, Any]], Fields]
    envelopes: Mapping[str, Callable[[Mapping[str, Any]], RawRequest]]
    codes: Mapping[Answer, str]
    read_answer: Callable[[bytes], str]
    failed: Mapping[str, str] = field(default_factory=dict)
    contract_at: Callable[[str], MerchantConfig] | None = None
    replies: Mapping[str, tuple[Reply, OutcomeState | type[GatewayError]]] = field(default_factory=dict)
    opened: Reply | None = None
    answer_signature: str = ""
    amount_unit: int = 1
    write_time: Callable[[datetime], str] = format_timestamp
    sends_time: bool = True
    is_in_query: bool = False
    read_response: Callable[[RawResponse], str] | None = None
    refund_replies: Mapping[str, tuple[Reply, OutcomeState | type[GatewayError]]] = field(default_factory=dict)
    refund_query_replies: Mapping[str, tuple[Reply, OutcomeState | type[GatewayError]]] = field(default_factory=dict)
    refund_fields: tuple[str, str, str] = ("", "", "")
    signs_refunds: bool = False

    def __str__(self) -> str:
        return self.gateway.slug

    @cached_property
    def adapter(self) -> Gateway:
        """The adapter of the contract; it keeps nothing between calls, so one is enough."""
        return self.gateway(self.config)

    @property
    def notified_amount(self) -> int | None:
        """The amount a genuine notification must be read to have."""
        return self.amount if self.amount_field else None

    @property
    def order(self) -> PaymentOrder:
        """The order the genuine notification is about."""
        created_at = datetime(2026, 7, 15, 2, 30, tzinfo=UTC)
        return PaymentOrder(
            merchant_ref=self.merchant_ref,
            amount=self.amount,
            description="Nộp phí | hồ sơ 000.00.01.H01-260715-0001",
            created_at=created_at,
            client_ip="203.0.113.10",
            return_url="https://portal.example/return",
            payer_name="Nguyễn Thị Bình",
            bill_reference="000.00.01.H01-260715-0001",
        )

    def word(self, answer: RawResponse) -> str:
        """Return what our answer says in the protocol's word; fails when it is not properly signed."""
        return self.read_response(answer) if self.read_response else self.read_answer(answer.body)

    def carry(self, content: bytes) -> RawRequest:
        """Return any bytes where a notification has its content."""
        return in_query(content.decode("latin-1")) if self.is_in_query else as_post(content)

    def twice(self, message: Mapping[str, Any], name: str) -> RawRequest:
        """Return `message` with one of its fields named twice."""
        request = self.request(message)
        if self.is_in_query:
            return in_query(f"{name}=1&{request.query}")
        return as_post(b'{"%s": "1", ' % name.encode() + request.body.lstrip()[1:])

    def message(self, **changes: Any) -> Fields:
        """Return the genuine message with `changes` made before it was signed."""
        return self.sign({**self.paid, **changes})

    def request(self, message: Mapping[str, Any]) -> RawRequest:
        """Return `message` in the first of the envelopes."""
        return next(iter(self.envelopes.values()))(message)

    def verify(self, message: Mapping[str, Any]) -> Notification:
        """Verify `message` in the first of the envelopes."""
        return self.adapter.verify(self.request(message))
