"""Connection test: a signed query about an order that does not exist moves no money."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from gateways.base import Capability, GatewayError, GatewayMissing, GatewayRefused, SentOrder
from payments.merchants import circuit_breaker
from payments.merchants.accounts import adapter_for
from payments.models import MerchantAccount

#: Whole đồng; the order was never placed.
AMOUNT = 1000


@dataclass(frozen=True, slots=True)
class Probe:
    """What the gateway made of the question. `said` is its own word or the fault, for staff."""

    can_be_asked: bool
    is_well: bool = False
    said: str = ""
    milliseconds: int = 0


def probe(account: MerchantAccount, *, actor: User) -> Probe:
    """Ask about a made-up order: any answer signed by the gateway shows that address and keys work.

    Reports to the circuit breaker, as every call does. Never raises for the gateway's sake. Call
    outside a transaction.
    """
    try:
        adapter = adapter_for(account)
    except GatewayMissing as error:
        return Probe(can_be_asked=True, said=str(error))
    if Capability.QUERY not in adapter.capabilities:
        return Probe(can_be_asked=False)
    order = SentOrder(f"{secrets.randbelow(10**14):014d}", AMOUNT, {}, created_at=timezone.now())
    began = time.monotonic()
    try:
        outcome = adapter.query(order)
    except GatewayError as error:
        # A refusal that is not about our keys is an answer: the order is not known there.
        is_well = isinstance(error, GatewayRefused) and not error.is_configuration_fault
        said = str(error) or type(error).__name__
        if not is_well:
            circuit_breaker.note_failure(account, error)
    else:
        is_well, said = True, str(outcome.state)
    if is_well:
        circuit_breaker.note_success(account)
    result = Probe(True, is_well, said, round(1000 * (time.monotonic() - began)))
    audit.record(
        "gateway_probed", f"merchant:{account.pk}", actor=actor, agency=account.agency, is_well=is_well, said=said[:200]
    )
    return result
