"""Origins of the gateways' pay pages: where the content policy lets a form lead (CSP `form-action`).

Browsers hold the redirect after a form to the policy, too, and block it without a word: a payer presses, and nothing
happens. So the policy is made of the contracts. A gateway names the settings that hold an address of its pages
(`page_settings`); a contract adds others in `page_origins`. Whatever lies outside is found by `blocked`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.cached_value import CachedValue
from gateways import internal, registry
from gateways.base import Capability
from payments.models import MerchantAccount, Payment

#: Setting of any contract: further origins of its pages, as https://pay.example.
SETTING = "page_origins"
#: A contract that another process has changed counts here so much later.
KEPT_SECONDS = 5.0
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Blocked:
    """A contract whose payers the browser stops: `origin` is where they were to go, "" when its settings name none."""

    account: MerchantAccount
    origin: str


def origin_of(address: object) -> str:
    """Return scheme and host of an http(s) address, as a policy names them; "" for anything else."""
    try:
        parts = urlsplit(str(address).strip().lower())
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if parts.scheme in ("https", "http") and _HOST.fullmatch(host) else ""


def of_contract(account: MerchantAccount) -> frozenset[str]:
    """Return the origins that a contract's settings name."""
    more = account.settings.get(SETTING, [])
    named = [account.settings.get(name, "") for name in registry.page_settings_of(account.gateway)]
    named += [more] if isinstance(more, str) else more if isinstance(more, list) else []
    return frozenset(filter(None, map(origin_of, named)))


def _of_contracts() -> frozenset[str]:
    # Also of those that take no new payments: an attempt may be resumed, a contract is tried before it is opened.
    accounts = MerchantAccount.objects.exclude(gateway__in=internal.SLUGS).only("gateway", "settings")
    return frozenset(origin for account in accounts for origin in of_contract(account))


of_contracts: CachedValue[frozenset[str]] = CachedValue(_of_contracts, seconds=KEPT_SECONDS, empty=frozenset())


@receiver([post_save, post_delete], sender=MerchantAccount)
def _forget(**_: object) -> None:
    of_contracts.forget()


def is_allowed(address: str) -> bool:
    """Tell whether a form may lead a browser to `address`."""
    return _is_in(origin_of(address), [*of_contracts(), *_by_environment()])


def _by_environment() -> list[str]:
    return [origin_of(source) for source in settings.FORM_ACTION_ORIGINS]


def _is_in(origin: str, allowed: Iterable[str]) -> bool:
    return bool(origin) and origin in set(allowed)


def blocked() -> list[Blocked]:
    """Return the contracts that take new payments and lead payers where no form may lead. One query.

    Known beforehand when the settings name no origin, and by the newest attempt's address, which the gateway gave.
    """
    newest = Payment.objects.filter(merchant_account=OuterRef("pk")).exclude(redirect_url="").order_by("-pk")
    accounts = MerchantAccount.objects.filter(is_enabled=True).exclude(gateway__in=internal.SLUGS)
    contracts = []
    for account in accounts.annotate(page=Subquery(newest.values("redirect_url")[:1])):
        if not registry.is_usable(account.gateway):
            continue
        if Capability.REDIRECT not in registry.get(account.gateway).capabilities:
            continue
        allowed = {*of_contract(account), *_by_environment()}
        if account.page and not _is_in(origin_of(account.page), allowed):
            contracts.append(Blocked(account, origin_of(account.page)))
        elif not allowed:
            contracts.append(Blocked(account, ""))
    return contracts
