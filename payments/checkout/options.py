"""The gateways offered for a bill, in the order shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateways import registry
from gateways.base import Capability
from payments.merchants import circuit_breaker, limits
from payments.merchants.accounts import accounts_of
from payments.models import Bill

#: More than these wait behind "more ways".
MOST_VISIBLE = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One gateway. `payee` is whose account gets the money; `is_resting`: it does not answer at present.

    `pauses_at` is when announced maintenance begins, shown from a day before.
    """

    slug: str
    name: str
    payee: str
    has_page: bool
    is_resting: bool
    is_last_used: bool
    pauses_at: datetime | None = None


def choices_for(bill: Bill, last_used: str = "") -> list[Choice]:
    """Return the gateways of a bill's agency: the one used last first, those that do not answer last.

    Reads `discrepancies` of the bill.
    """
    choices = []
    for account in accounts_of(bill.agency):
        kind = registry.get(account.gateway)
        if bill.received_amount and Capability.REDIRECT in kind.capabilities:
            continue  # a part has come: only a transfer can bring just the rest
        if not limits.takes(account, bill.missing_amount):
            continue
        choice = Choice(
            slug=kind.slug,
            name=kind.name,
            payee=str(account.settings.get("account_name") or account.agency.name),
            has_page=Capability.REDIRECT in kind.capabilities,
            is_resting=circuit_breaker.is_resting(account),
            is_last_used=kind.slug == last_used,
            pauses_at=getattr(account, "pauses_at", None),
        )
        choices.append(choice)
    return sorted(choices, key=lambda choice: (choice.is_resting, not choice.is_last_used))
