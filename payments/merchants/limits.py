"""What sums a contract takes: the gateway's own limits, made narrower by the contract's settings."""

from __future__ import annotations

from gateways import registry
from gateways.base import AmountLimits
from payments.errors import AmountOutsideLimits
from payments.models import MerchantAccount

#: Settings of any contract, whole đồng.
LEAST, MOST = "smallest_amount", "largest_amount"


def limits_of(account: MerchantAccount) -> AmountLimits:
    """Return the smallest and largest sum of one payment, whole đồng; None where there is none."""
    own = registry.limits_of(account.gateway)
    least = [amount for amount in (own.least, _set(account, LEAST)) if amount is not None]
    most = [amount for amount in (own.most, _set(account, MOST)) if amount is not None]
    return AmountLimits(max(least, default=None), min(most, default=None))


def _set(account: MerchantAccount, name: str) -> int | None:
    value = account.settings.get(name)
    return int(value) if value not in (None, "") else None


def takes(account: MerchantAccount, amount: int) -> bool:
    """Tell whether a payment of `amount` đồng may be begun."""
    limits = limits_of(account)
    return (limits.least is None or amount >= limits.least) and (limits.most is None or amount <= limits.most)


def refuse_outside(account: MerchantAccount, amount: int) -> None:
    """Raise AmountOutsideLimits unless a payment of `amount` đồng may be begun."""
    if not takes(account, amount):
        limits = limits_of(account)
        raise AmountOutsideLimits(account.gateway, limits.least, limits.most)
