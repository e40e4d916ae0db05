"""System checks (`manage.py check`): gateways that could not be loaded, contracts whose pages no form may lead to."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from gateways import registry
from payments.merchants import contract_faults, page_origins
from payments.models import MerchantAccount


@register
def broken_gateways(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Return a warning for each gateway that is left out; an error would stop the others, too."""
    return [
        Warning(
            f"Gateway {fault.name} ({fault.target}) is left out: {fault.reason}",
            hint="It is not offered, and its notifications are answered 503 until its package is mended.",
            id="payments.W001",
        )
        for fault in registry.broken()
    ]


@register(Tags.database)
def blocked_pages(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Return a warning for each contract whose payers the browser stops (`manage.py check --database default`)."""
    return [
        Warning(
            f"The content policy lets no form lead to {each.origin or 'any page'} of {each.account}",
            hint="Name the origin in the contract's setting `page_origins`.",
            id="payments.W002",
        )
        for each in (page_origins.blocked() if options.get("databases") else [])
    ]


@register(Tags.database)
def faulty_contracts(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Return a warning for each setting or key of a contract that is not as its gateway declares it."""
    if not options.get("databases"):
        return []
    return [
        Warning(
            f"{account}: {contract_faults.sentence(fault)}",
            hint="Mend it in the administration, under the merchant account.",
            id="payments.W003",
        )
        for account in MerchantAccount.objects.all()
        for fault in contract_faults.of_account(account)
    ]
