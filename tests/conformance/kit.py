"""A specimen describes one adapter to the suite: how its bank writes a notice and reads an answer.

To test an adapter of another package, build a `Specimen` and parametrise the functions of
`test_conformance.py` with it, or append it to `specimens.SPECIMENS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gateways.base import Answer, Gateway, MerchantConfig, Notice, RawRequest

Fields = dict[str, Any]


@dataclass(frozen=True)
class Specimen:
    """One adapter with a contract, and the bank's half of its protocol.

    `paid` are the fields of a genuine notice of `amount` đồng for `merchant_ref`, unsigned;
    `sign` returns a message with its signature; `envelopes` are all the ways it may travel.
    `texts`, `time` and `amount_field` name fields of those kinds. `failed`, where the
    protocol has it, are changes that make the notice a failure. `codes` maps what we
    answer to the protocol's word; `read_answer` returns that word, or raises when the
    answer is not properly signed.
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

    def __str__(self) -> str:
        return self.gateway.slug

    @cached_property
    def adapter(self) -> Gateway:
        """The adapter of the contract; it keeps nothing between calls, so one is enough."""
        return self.gateway(self.config)

    def message(self, **changes: Any) -> Fields:
        """Return the genuine message with `changes` made before it was signed."""
        return self.sign({**self.paid, **changes})

    def request(self, message: Mapping[str, Any]) -> RawRequest:
        """Return `message` in the first of the envelopes."""
        return next(iter(self.envelopes.values()))(message)

    def verify(self, message: Mapping[str, Any]) -> Notice:
        """Verify `message` in the first of the envelopes."""
        return self.adapter.verify(self.request(message))
